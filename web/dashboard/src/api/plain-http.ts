/**
 * Browsers give pages `crypto.randomUUID` over HTTPS and on this machine only; in a company's network an Errand may be
 * reached over plain HTTP. Imported for its effect, before anything asks for an id.
 */
if (crypto.randomUUID === undefined)
  crypto.randomUUID = () => {
    const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte, at) => {
      // Version 4, and the variant of RFC 9562.
      const value = at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte;
      return value.toString(16).padStart(2, "0");
    }).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
