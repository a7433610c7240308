const longest = 60;

/**
 * The program that a User-Agent names (RFC 9110, section 10.1.5), in lower case and without its version: its first product.
 * "Acme/Python 1.2" → "acme-python", "acme-cli/1.0.3 (external)" → "acme-cli". "": it names none.
 */
export function programOf(userAgent: string | undefined): string {
  const product = /^[\w.+-]+(?:\/[A-Za-z][\w+-]*)?/.exec(userAgent ?? "")?.[0] ?? "";
  return product.toLowerCase().replace("/", "-").slice(0, longest);
}
