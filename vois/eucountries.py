"""Countries and languages of the European Union, with codes and people (2020)."""
# ruff: noqa: N801, N802, N803 - names of the older spelling

from __future__ import annotations

from typing import ClassVar

__all__ = ["countries", "country", "eu_total_population", "iso2iso3", "iso2name", "iso3iso2"]
__all__ += ["baseurlflags", "language", "languages"]

iso2iso3: dict[str, str] = {}
iso3iso2: dict[str, str] = {}
iso2name: dict[str, str] = {}
baseurlflags = ""
eu_total_population = 446_786_293

# ISO 3166 codes, name, euro, people of 1 January 2020 in thousands.
_EU = """AT AUT Austria 1 8901|BE BEL Belgium 1 11522|BG BGR Bulgaria 0 6951|CY CYP Cyprus 1 888
CZ CZE Czechia 0 10694|DE DEU Germany 1 83167|DK DNK Denmark 0 5823|EE EST Estonia 1 1329
EL GRC Greece 1 10719|ES ESP Spain 1 47333|FI FIN Finland 1 5525|FR FRA France 1 67320
HR HRV Croatia 1 4058|HU HUN Hungary 0 9770|IE IRL Ireland 1 4964|IT ITA Italy 1 59641
LT LTU Lithuania 1 2794|LU LUX Luxembourg 1 626|LV LVA Latvia 1 1908|MT MLT Malta 1 515
NL NLD Netherlands 1 17408|PL POL Poland 0 37958|PT PRT Portugal 1 10296|RO ROU Romania 0 19329
SE SWE Sweden 0 10328|SI SVN Slovenia 1 2096|SK SVK Slovakia 1 5458"""
_LANGUAGES = """Bulgarian bg|Croatian hr|Czech cs|Danish da|Dutch nl|English en|Estonian et
Finnish fi|French fr|German de|Greek el|Hungarian hu|Irish ga|Italian it|Latvian lv|Lithuanian lt
Maltese mt|Polish pl|Portuguese pt|Romanian ro|Slovak sk|Slovenian sl|Spanish es|Swedish sv"""


class country:
    """A country or group of countries.

    Args:
        name: in English.
        iso2code: two letters; Greece is EL as in the Union's statistics.
        euro: whether it pays in euro.
        iscountry: False for a group.
        population: people.
    """

    def __init__(
        self,
        name: str,
        iso2code: str,
        euro: bool = False,
        iscountry: bool = True,
        population: int = 0,
    ) -> None:
        self.name, self.iso2code, self.euro = name, iso2code, euro
        self.iscountry, self.population = iscountry, population
        self.iso3code = iso2iso3.get(iso2code, "")
        self.flag = f"{baseurlflags}{iso2code}.png" if baseurlflags else ""

    def flagImage(self) -> str:
        """Return the flag as a letter symbol that browsers draw as flag."""
        code = {"EL": "GR", "UK": "GB"}.get(self.iso2code, self.iso2code)
        return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in code)

    def __repr__(self) -> str:
        return self.name


class countries:
    """The list of countries; all methods are of the class."""

    countries_list: ClassVar[list[country]] = []

    @classmethod
    def add(
        cls,
        name: str,
        iso2code: str,
        euro: bool = False,
        iscountry: bool = True,
        population: int = 0,
    ) -> None:
        """Add a country."""
        cls.countries_list.append(country(name, iso2code, euro, iscountry, population))

    @classmethod
    def EuropeanUnion(cls, sortByName: bool = True) -> list[country]:
        """Return the members of the Union, by name or else by code."""
        members = [one for one in cls.countries_list if one.iscountry]
        return sorted(members, key=lambda one: one.name if sortByName else one.iso2code)

    @classmethod
    def EuropeanUnionCodes(cls) -> list[str]:
        """Return their two-letter codes."""
        return [one.iso2code for one in cls.EuropeanUnion()]

    @classmethod
    def EuropeanUnionNames(cls) -> list[str]:
        """Return their names."""
        return [one.name for one in cls.EuropeanUnion()]

    @classmethod
    def EuroArea(cls, sortByName: bool = True) -> list[country]:
        """Return the members that pay in euro."""
        return [one for one in cls.EuropeanUnion(sortByName) if one.euro]

    @classmethod
    def EuroAreaCodes(cls) -> list[str]:
        """Return their two-letter codes."""
        return [one.iso2code for one in cls.EuroArea()]

    @classmethod
    def byCode(cls, iso2code: str) -> country | None:
        """Return the country of that code, or None."""
        return next((one for one in cls.countries_list if one.iso2code == iso2code), None)

    @classmethod
    def byName(cls, name: str) -> country | None:
        """Return the country of that name, or None."""
        return next((one for one in cls.countries_list if one.name == name), None)


class language:
    """A language: name, two-letter code, people."""

    def __init__(self, name: str, abbreviation: str, population: int = 0) -> None:
        self.name, self.abbreviation, self.population = name, abbreviation, population

    def __repr__(self) -> str:
        return self.name


class languages:
    """The official languages of the Union; all methods are of the class."""

    languages_list: ClassVar[list[language]] = []

    @classmethod
    def add(cls, name: str, abbreviation: str, population: int = 0) -> None:
        """Add a language."""
        cls.languages_list.append(language(name, abbreviation, population))

    @classmethod
    def EuropeanUnionLanguages(cls, sortByName: bool = True) -> list[language]:
        """Return the languages, by name or else by code."""
        return sorted(
            cls.languages_list, key=lambda one: one.name if sortByName else one.abbreviation
        )

    @classmethod
    def EuropeanUnionAbbreviations(cls) -> list[str]:
        """Return their codes, from A to Z."""
        return sorted(one.abbreviation for one in cls.languages_list)

    @classmethod
    def byAbbreviation(cls, abbreviation: str) -> language | None:
        """Return the language of that code, or None."""
        return next((one for one in cls.languages_list if one.abbreviation == abbreviation), None)

    @classmethod
    def byName(cls, name: str) -> language | None:
        """Return the language of that name, or None."""
        return next((one for one in cls.languages_list if one.name == name), None)


for _line in _EU.replace("\n", "|").split("|"):
    _two, _three, _name, _euro, _people = _line.split()
    iso2iso3[_two], iso3iso2[_three], iso2name[_two] = _three, _two, _name
    if not countries.byCode(_two):
        countries.add(_name, _two, euro=_euro == "1", population=1000 * int(_people))
# Groups have no code of ISO 3166, so they keep their own; the United Kingdom has one that tables use.
iso2iso3 |= {"EU": "EU", "EA": "EA", "UK": "GBR"}
iso2name |= {"EU": "European Union", "EA": "Euro Area", "UK": "United Kingdom"}
if not countries.byCode("EU"):
    _euro_people = sum(one.population for one in countries.EuroArea())
    countries.add(iso2name["EU"], "EU", iscountry=False, population=eu_total_population)
    countries.add(iso2name["EA"], "EA", iscountry=False, population=_euro_people)
for _line in _LANGUAGES.replace("\n", "|").split("|"):
    languages.add(_line.split()[0], _line.split()[1])
