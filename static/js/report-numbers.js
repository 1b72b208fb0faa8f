// Vietnamese numbers in the browser: the same reading as khuyencong/core/numbers.py.
// Inside, a figure is a BigInt of 10^-decimals of its unit; no float ever holds one.

const GROUPED = /^\d{1,3}(\.\d{3})+(,\d+)?$/;
const PLAIN = /^\d+(,\d+)?$/;
const MAX_STORED = 10n ** 17n;

/** {value, error} of a typed figure; an empty text is neither. */
export function readFigure(text, decimals, negative) {
  const given = text.normalize("NFC").replace(/\s+/g, "");
  if (!given) return { value: null, error: "" };
  const minus = /^[-−]/.test(given);
  const digits = given.replace(/^[-−]+/, "");
  if (!GROUPED.test(digits) && !PLAIN.test(digits)) {
    return { value: null, error: `“${given}” không phải là số. Hãy nhập như 1.234` + (decimals ? " hoặc 1.234,5 (dấu phẩy trước phần lẻ)." : " (không có phần lẻ).") };
  }
  const [whole, fraction = ""] = digits.replaceAll(".", "").split(",");
  const part = fraction.replace(/0+$/, "");
  if (part.length > decimals) {
    return { value: null, error: `“${given}” có quá nhiều chữ số lẻ; ` + (decimals ? `nhiều nhất ${decimals} chữ số sau dấu phẩy.` : "chỉ tiêu này là số nguyên.") };
  }
  const value = BigInt(whole + part.padEnd(decimals, "0"));
  if (value >= MAX_STORED) return { value: null, error: `“${given}” lớn quá mức có thể; hãy kiểm tra lại đơn vị tính.` };
  if (minus && value > 0n && !negative) return { value: null, error: "Chỉ tiêu này không thể là số âm." };
  return { value: minus ? -value : value, error: "" };
}

/** A BigInt as a Vietnamese number: 12345n with one decimal is `1.234,5`. */
export function formatScaled(value, decimals) {
  const sign = value < 0n ? "−" : "";
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, "0");
  const whole = decimals ? digits.slice(0, -decimals) : digits;
  const part = decimals ? digits.slice(-decimals).replace(/0+$/, "") : "";
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ".") + (part ? `,${part}` : "");
}
