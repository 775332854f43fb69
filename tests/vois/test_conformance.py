"""The older spelling, walked name by name: modules, parameters in order, aliases, members."""

import importlib
import inspect
import json
from pathlib import Path

import pytest

API = json.loads((Path(__file__).parent / "api.json").read_text())
CLASSES = [
    pytest.param(module, name, facts, id=f"{module}.{name}")
    for module, entry in API.items()
    for name, facts in entry.get("classes", {}).items()
    if "parameters" in facts
]
OLDER = [
    (module, name, facts["alias_of"])
    for module, entry in API.items()
    for name, facts in entry.get("classes", {}).items()
    if "alias_of" in facts
]
FUNCTIONS = [
    pytest.param(module, name, parameters, id=f"{module}.{name}")
    for module, entry in API.items()
    for name, parameters in entry.get("functions", {}).items()
]


def resolve(module, name):
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("module", API)
def test_the_module_can_be_imported_and_reloaded(module):
    found = importlib.import_module(module)
    again = importlib.reload(found)
    assert again is found


@pytest.mark.parametrize(("module", "name", "facts"), CLASSES)
def test_the_class_takes_its_parameters_in_their_order(module, name, facts):
    parameters = list(inspect.signature(resolve(module, name)).parameters.values())
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    names = [one.name for one in parameters if one.kind not in kinds]
    forwards = any(one.kind in kinds for one in parameters) and not names
    assert names[: len(facts["parameters"])] == facts["parameters"] or forwards


@pytest.mark.parametrize(("module", "name", "facts"), CLASSES)
def test_the_class_has_its_members(module, name, facts):
    found = resolve(module, name)
    source = "".join(
        inspect.getsource(one) for one in found.__mro__ if one.__module__.startswith("vois")
    )
    parameters = set(facts["parameters"])
    missing = [
        one
        for one in facts["members"]
        if not hasattr(found, one) and f"self.{one}" not in source and one not in parameters
    ]
    assert missing == []


@pytest.mark.parametrize(("module", "old", "new"), OLDER)
def test_the_older_name_is_the_same_class(module, old, new):
    from vois import vuetify

    assert resolve(module, old) is getattr(vuetify, new)
    assert getattr(getattr(vuetify, old), old) is getattr(vuetify, new)
    assert importlib.import_module(f"vois.vuetify.{old}") is getattr(vuetify, old)


@pytest.mark.parametrize(("module", "name", "parameters"), FUNCTIONS)
def test_the_function_takes_its_parameters_in_their_order(module, name, parameters):
    names = list(inspect.signature(resolve(module, name)).parameters)
    assert names[: len(parameters)] == parameters


@pytest.mark.parametrize(
    ("module", "name"),
    [(module, name) for module, entry in API.items() for name in entry.get("constants", [])],
)
def test_the_constant_is_there(module, name):
    assert hasattr(importlib.import_module(module), name)


GIVEN = {
    "Button": ("text",),
    "Label": ("text",),
    "Switch": (True, "label"),
    "Toggle": (0, ["a", "b"]),
    "MultiSwitch": ([True], ["a"], [""]),
    "Radio": (0, ["a", "b"]),
    "Slider": (3, 0, 10),
    "RangeSlider": (1, 3, 0, 10),
    "Tabs": (0, ["a", "b"]),
    "TextList": (["a"], ["b"]),
}
ALIASES = [
    pytest.param(name, facts["parameters"], old, new, id=f"{name}.{old}")
    for module, entry in API.items()
    for name, facts in entry.get("classes", {}).items()
    for old, new in facts.get("aliases", {}).items()
]
VALUES = {
    "on": None, "width": 90, "color": "#112233", "weight": 300, "date": "2024-01-02",
    "min": 0, "max": 10, "size": 12, "column": 3, "factor": 1.2, "height": 30, "padding": 2,
}  # fmt: skip


def fitting(parameter, default, old):
    """A value of the parameter's kind that differs from its default."""
    if parameter.startswith("on_"):
        return lambda *_: None
    if isinstance(default, bool):
        return not default
    if old == "titlesbold":
        return ["a"]
    kinds = [value for part, value in VALUES.items() if part in parameter]
    return kinds[0] if kinds else 7


def test_there_are_74_aliases():
    assert len(ALIASES) == 74


@pytest.mark.parametrize(("name", "parameters", "old", "new"), ALIASES)
def test_an_alias_is_keyword_and_attribute(name, parameters, old, new):
    import ipywidgets

    from vois import vuetify

    kind = getattr(vuetify, name)
    first = (ipywidgets.Output(),) if name == "Progress" else GIVEN.get(name, ())
    default = inspect.signature(kind).parameters[new].default
    value = fitting(new, default, old)
    if new in parameters[: len(first)]:
        first = first[: parameters.index(new)]
        keywords = dict(
            zip(parameters[len(first) :], GIVEN.get(name, ())[len(first) :], strict=False)
        )
        value = keywords.pop(new)
    else:
        keywords = {}
    widget = kind(*first, **{**keywords, old: value})
    assert getattr(widget, old) == getattr(widget, new)
    setattr(widget, old, value)
    assert getattr(widget, new) == value
    assert widget.draw() is widget
