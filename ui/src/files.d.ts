/** Files that the build takes into scripts: a style sheet's text, a font's address beside the script. */

declare module "*.css" {
  const text: string;
  export default text;
}

declare module "*.woff2" {
  const address: string;
  export default address;
}
