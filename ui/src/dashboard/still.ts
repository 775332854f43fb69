/**
 * A still of the dashboard: what its cells look like when all is drawn, as plain HTML
 * and the styles that it needs. The server's own browser asks for it once for each run,
 * and later pages show it until their live outputs can be seen.
 *
 * Nothing of it acts: no scripts, nothing that takes the focus by itself, no names or
 * ids of which the live page has its own. What viewers do to it waits: see `again`.
 */

import type { IOutput } from "@jupyterlab/nbformat";

import type { Cells } from "./cells";
import { replaceForeign } from "./frames";
import { decoded, settled } from "./settled";

const DRAWN_WITHIN_MS = 10_000;
const CALM_FRAMES = 12;
/** As many as charts take their time for, after the window's word. */
const SIZED_FRAMES = 36;

const ACTS = "script, noscript, template, link, meta, base, object, embed, video, audio";
const DROPPED = /^on|^(autofocus|contenteditable|name|form|accesskey|popovertarget)$/;
const REFERENCES = ["for", "list", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-activedescendant"];
const DYNAMIC = /::?(-[\w-]+|before|after|hover|focus(-visible|-within)?|active|visited|placeholder|selection|marker|backdrop|first-line|first-letter)(\([^)]*\))?/g;

declare global {
  interface Window {
    /** Takes the still; there in the server's browser alone. */
    vaasStill?: (told: string) => void;
  }
}

/** Show outputs, wait until they are drawn, and hand the still over. */
export async function hand(cells: Cells, outputs: Record<string, IOutput[]>): Promise<void> {
  for (const [index, shown] of Object.entries(outputs)) cells.show(Number(index), shown);
  await cells.shown();
  replaceForeign();
  const dashboard = document.getElementById("dashboard") as HTMLElement;
  const calm = (frames: number) => settled(dashboard, { frames: () => frames, within: DRAWN_WITHIN_MS, ready: watched(dashboard) });
  await calm(CALM_FRAMES);
  // Charts that came after the window's word take their place's width now.
  window.dispatchEvent(new Event("resize"));
  await calm(SIZED_FRAMES);
  await document.fonts.ready;
  await decoded(dashboard);
  const areas = Object.keys(outputs).map((index) => [index, area(index)] as const);
  const told = new Still(areas.flatMap(([index, node]) => (node ? [[index, node] as const] : []))).told();
  window.vaasStill?.(JSON.stringify(told).replaceAll(location.origin, ""));
}

function area(index: string): HTMLElement | null {
  return document.querySelector(`.vaas-cell[data-cell="${index}"] > .jp-OutputArea:not(.vaas-painted)`);
}

/** Whether nothing is on its way, and each widget has something in its place. */
function watched(root: HTMLElement): () => boolean {
  let fetched = 0;
  return () => {
    const before = fetched;
    fetched = performance.getEntriesByType("resource").length;
    return fetched === before && !root.querySelector(".lm-Widget:empty:not(.jp-OutputArea)");
  };
}

class Still {
  private readonly prefix = `still${innerWidth}-`;
  private readonly ids: Set<string>;

  constructor(private readonly areas: (readonly [string, HTMLElement])[]) {
    this.ids = new Set(areas.flatMap(([, node]) => [...node.querySelectorAll("[id]")].map((one) => one.id)));
  }

  /** HTML of each cell, and one text of CSS. */
  told(): { cells: Record<string, string>; style: string } {
    const cells = Object.fromEntries(this.areas.map(([index, node]) => [index, this.copy(node).innerHTML]));
    return { cells, style: this.renamed(new Styles(this.areas.map(([, node]) => node)).text()) };
  }

  private copy(node: HTMLElement): HTMLElement {
    const copy = node.cloneNode(true) as HTMLElement;
    const originals = [...node.querySelectorAll("*")];
    [...copy.querySelectorAll("*")].forEach((one, place) => this.still(originals[place] as Element, one));
    copy.querySelectorAll(ACTS).forEach((one) => one.remove());
    return copy;
  }

  private still(original: Element, copy: Element): void {
    keepValue(original, copy);
    for (const { name, value } of [...copy.attributes]) {
      if (DROPPED.test(name) || /^\s*javascript:/i.test(value)) copy.removeAttribute(name);
      else if (name === "id") copy.id = this.prefix + value;
      else if (REFERENCES.includes(name)) copy.setAttribute(name, value.replace(/\S+/g, (id) => this.prefix + id));
      else if (value.includes("#")) copy.setAttribute(name, this.renamed(value));
    }
    if (copy.localName === "style") copy.textContent = this.renamed(copy.textContent ?? "");
    const stands = standIn(original);
    if (stands) copy.replaceWith(stands);
  }

  /** A text that names elements by their ids, as styles and drawings do. */
  private renamed(text: string): string {
    return text.replace(/#([\w-]+)/g, (whole, id: string) => (this.ids.has(id) ? `#${this.prefix}${id}` : whole));
  }
}

/** What was set since, which attributes do not tell. */
function keepValue(original: Element, copy: Element): void {
  if (original instanceof HTMLInputElement) {
    if (original.type !== "file") copy.setAttribute("value", original.value);
    copy.toggleAttribute("checked", original.checked);
  } else if (original instanceof HTMLTextAreaElement) copy.textContent = original.value;
  else if (original instanceof HTMLOptionElement) copy.toggleAttribute("selected", original.selected);
}

/** A picture of what cannot be copied, or an empty place of its size. */
function standIn(original: Element): HTMLElement | undefined {
  const drawn = original instanceof HTMLImageElement && original.src.startsWith("blob:");
  if (!drawn && !(original instanceof HTMLCanvasElement) && !(original instanceof HTMLIFrameElement)) return undefined;
  const place = document.createElement(original instanceof HTMLIFrameElement ? "div" : "img");
  place.className = original.className;
  place.style.cssText = (original as HTMLElement).style.cssText;
  const { width, height } = (original as HTMLElement).getBoundingClientRect();
  place.style.width ||= `${width}px`;
  place.style.height ||= `${height}px`;
  if (place instanceof HTMLImageElement) {
    place.alt = original.getAttribute("alt") ?? "";
    place.src = picture(original as HTMLImageElement | HTMLCanvasElement);
  }
  return place;
}

/** What is drawn, as an address that holds it; empty if the browser does not let it be read. */
function picture(drawn: HTMLImageElement | HTMLCanvasElement): string {
  const canvas = document.createElement("canvas");
  canvas.width = "naturalWidth" in drawn ? drawn.naturalWidth : drawn.width;
  canvas.height = "naturalHeight" in drawn ? drawn.naturalHeight : drawn.height;
  try {
    canvas.getContext("2d")?.drawImage(drawn, 0, 0);
    return canvas.toDataURL();
  } catch {
    return "data:,";
  }
}

/** Those rules of the style sheets that scripts added that what is shown needs. */
class Styles {
  private readonly fonts: Set<string>;
  private readonly animations = new Set<string>();

  constructor(private readonly roots: HTMLElement[]) {
    this.fonts = new Set([...document.fonts].filter(({ status }) => status === "loaded").map(face));
    for (const one of roots.flatMap((root) => [root, ...root.querySelectorAll("*")])) {
      for (const part of ["", "::before", "::after"]) {
        for (const name of getComputedStyle(one, part).animationName.split(",")) this.animations.add(name.trim());
      }
    }
  }

  text(): string {
    const sheets = [...document.styleSheets, ...document.adoptedStyleSheets].filter((sheet) => !this.known(sheet));
    return sheets.map((sheet) => this.rules(readable(sheet), sheet.href ?? location.href)).join("");
  }

  /** Whether later pages have a sheet anyway: the page's own, or one that stands among the outputs. */
  private known({ ownerNode, disabled }: CSSStyleSheet): boolean {
    const own = ownerNode instanceof Element && ownerNode.hasAttribute("data-page");
    return disabled || own || this.roots.some((root) => root.contains(ownerNode));
  }

  private rules(rules: Iterable<CSSRule>, base: string): string {
    return [...rules].map((rule) => this.rule(rule, base)).join("");
  }

  private rule(rule: CSSRule, base: string): string {
    if (rule instanceof CSSStyleRule) return matches(rule.selectorText) ? absolute(rule.cssText, base) : "";
    if (rule instanceof CSSFontFaceRule) return this.font(rule, base);
    if (rule instanceof CSSKeyframesRule) return this.animations.has(rule.name) ? rule.cssText : "";
    if (rule instanceof CSSImportRule) return rule.styleSheet ? this.rules(readable(rule.styleSheet), rule.styleSheet.href ?? base) : "";
    if (!(rule instanceof CSSGroupingRule)) return rule.cssText;
    const inside = this.rules(rule.cssRules, base);
    return inside && `${rule.cssText.slice(0, rule.cssText.indexOf("{"))}{${inside}}`;
  }

  private font(rule: CSSFontFaceRule, base: string): string {
    const told = (name: string) => rule.style.getPropertyValue(`font-${name}`) || "normal";
    if (!this.fonts.has(face({ family: told("family"), style: told("style"), weight: told("weight") }))) return "";
    const text = absolute(rule.cssText, base);
    const addresses = [...text.matchAll(/url\("([^"]*)"\)/g)].map((found) => found[1] as string);
    return addresses.every((address) => /^(data:|\/(?!\/))/.test(address.replace(location.origin, ""))) ? text : "";
  }
}

function face({ family, style, weight }: Pick<FontFace, "family" | "style" | "weight">): string {
  const plain = (text: string) => text.trim().replace(/^["']|["']$/g, "").toLowerCase();
  return [plain(family), style, { normal: "400", bold: "700" }[weight] ?? weight].join("/");
}

function readable(sheet: CSSStyleSheet): Iterable<CSSRule> {
  try {
    return sheet.cssRules;
  } catch {
    return []; // another origin's
  }
}

/** Whether a rule is for anything that is there, now or when it is touched. */
function matches(selector: string): boolean {
  try {
    return document.querySelector(selector.replace(DYNAMIC, "") || "*") !== null;
  } catch {
    return true;
  }
}

/** Addresses in a rule, whole, as the rule will stand elsewhere. */
function absolute(text: string, base: string): string {
  return text.replace(/url\("(?!data:|#)([^"]*)"\)/g, (_, address: string) => `url("${new URL(address, base).href}")`);
}
