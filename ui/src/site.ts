/**
 * Small comforts for our own pages. Each works without this file too; it is
 * loaded before the body so that the chosen theme is there from the first paint.
 */

import { applyTheme, storeTheme, storedTheme, type Theme } from "./theme";

const NEXT: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };

/** Wire every element that carries `data-<name>`. */
function each<E extends HTMLElement>(name: string, wire: (element: E) => void): void {
  document.querySelectorAll<E>(`[data-${name}]`).forEach(wire);
}

function themeButton(button: HTMLButtonElement): void {
  let theme = storedTheme();
  const show = (): void => {
    button.textContent = `Theme: ${theme}`;
    button.hidden = false;
  };
  button.addEventListener("click", () => {
    theme = NEXT[theme];
    applyTheme(theme);
    storeTheme(theme);
    show();
  });
  show();
}

/** What is wrong with a pasted link, in words for the person; empty if nothing. */
function complaint(link: string): string {
  if (link === "") return "Paste a link first.";
  if (!/[./:]/.test(link)) return "That does not look like a link. It usually begins with https://";
  return "";
}

function showComplaint(input: HTMLInputElement, words: string): void {
  const place = document.getElementById(input.getAttribute("aria-errormessage") ?? "");
  if (place) place.textContent = words;
  input.setAttribute("aria-invalid", String(words !== ""));
}

function pasteBox(form: HTMLFormElement): void {
  const input = form.querySelector("input");
  if (!input) return;
  form.noValidate = true;
  input.addEventListener("input", () => showComplaint(input, ""));
  form.addEventListener("submit", (event) => {
    input.value = input.value.trim();
    const words = complaint(input.value);
    showComplaint(input, words);
    if (words === "") return;
    event.preventDefault();
    input.focus();
  });
}

/** While the next page is on its way the button says so, and a second click does nothing. */
function busyForm(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  if (!button) return;
  const words = button.textContent ?? "";
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (button.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    button.setAttribute("aria-busy", "true");
    button.textContent = button.dataset["busyText"] ?? words;
  });
  // The browser may bring this page back from its memory as it was left.
  window.addEventListener("pageshow", () => {
    button.removeAttribute("aria-busy");
    button.textContent = words;
  });
}

function copyButton(button: HTMLButtonElement): void {
  if (!navigator.clipboard) return;
  const words = button.textContent ?? "";
  const say = (text: string): void => {
    button.textContent = text;
    window.setTimeout(() => (button.textContent = words), 2500);
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const given = button.dataset["copy"];
    navigator.clipboard.writeText(given || location.href).then(
      () => say("Link copied"),
      () => say(given ? "Select it, then copy" : "Copy it from the address bar"),
    );
  });
}

function revealButton(button: HTMLButtonElement): void {
  const input = document.getElementById(button.getAttribute("aria-controls") ?? "");
  if (!(input instanceof HTMLInputElement)) return;
  const show = (visible: boolean): void => {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? "Hide" : "Show";
    button.setAttribute("aria-label", visible ? "Hide the password" : "Show the password");
  };
  show(false);
  button.hidden = false;
  button.addEventListener("click", () => show(input.type === "password"));
  // A browser keeps what stood in a text field; it must not keep a password.
  input.form?.addEventListener("submit", () => show(false));
}

applyTheme(storedTheme());
document.addEventListener("DOMContentLoaded", () => {
  each("theme-button", themeButton);
  each("paste", pasteBox);
  each("busy", busyForm);
  each("copy", copyButton);
  each("reveal", revealButton);
});
