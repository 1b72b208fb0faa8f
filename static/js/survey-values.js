// The answer to a question: read from its fields, written into them, and put in words. What stands
// in the fields (`raw`) is kept apart from what it means (`value`), so that also what cannot be
// read yet is found again as it was typed.

import { coordinateText } from "./position.js";
import { formatScaled, readFigure } from "./report-numbers.js";

const NUMERIC = new Set(["integer", "money", "number"]);
const DAY = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/;
const LATITUDES = [6, 24];
const LONGITUDES = [102, 118];
const MILLION = 1000000n;

const decimalsOf = (question) => (question.kind === "number" ? (question.decimals ?? 0) : 0);
const fieldsOf = (block) => [...block.querySelectorAll("[data-answer]")];
const partOf = (block, part) => block.querySelector(`[data-answer="${part}"]`);

/** What stands in the fields of a question: text, a code, a list of codes, or a position's parts. */
export function rawIn(block, { kind }) {
  if (kind === "position") {
    return Object.fromEntries(["lat", "lon", "accuracy", "taken_at"].map((part) => [part, partOf(block, part).value.trim()]));
  }
  const fields = fieldsOf(block);
  if (kind === "multiple") return fields.filter((field) => field.checked).map((field) => field.value);
  if (kind === "choice" || kind === "yes_no") return fields.find((field) => field.checked)?.value ?? "";
  return fields[0]?.value.normalize("NFC").trim() ?? "";
}

export function writeRaw(block, { kind }, raw) {
  if (kind === "position") {
    for (const part of ["lat", "lon", "accuracy", "taken_at"]) partOf(block, part).value = raw?.[part] ?? "";
    return;
  }
  for (const field of fieldsOf(block)) {
    if (kind === "multiple") field.checked = (raw || []).includes(field.value);
    else if (kind === "choice" || kind === "yes_no") field.checked = field.value === raw;
    else field.value = raw ?? "";
  }
}

/** A figure with its separators; a whole number that may be a year is written without. */
function figureText(question, value) {
  const isYear = question.kind === "integer" && value >= 1900n && value <= 2100n;
  return isYear ? String(value) : formatScaled(value, decimalsOf(question));
}

/** The fields' contents for a value of the server. */
export function rawOf(question, value) {
  if (value === null || value === undefined) return question.kind === "multiple" ? [] : question.kind === "position" ? {} : "";
  switch (question.kind) {
    case "integer":
    case "money":
    case "number": {
      const text = String(value).replace(".", ",");
      const figure = typeof value === "string" && !/^\d+(\.\d+)?$/.test(value) ? { value: null } : readFigure(text, decimalsOf(question), false);
      return figure.value === null ? String(value) : figureText(question, figure.value);
    }
    case "date": {
      const [year, month, day] = String(value).split("-");
      return `${day}/${month}/${year}`;
    }
    case "yes_no":
      return value ? "true" : "false";
    case "position":
      return { lat: coordinateText(value.lat), lon: coordinateText(value.lon), accuracy: String(value.accuracy ?? ""), taken_at: value.taken_at ?? "" };
    default:
      return value;
  }
}

function dayOf(text) {
  const [, day, month, year] = text.match(DAY) ?? [];
  const date = new Date(Date.UTC(year, month - 1, day));
  const isReal = date.getUTCDate() === Number(day) && date.getUTCMonth() === month - 1;
  return isReal ? date.toISOString().slice(0, 10) : null;
}

function positionOf(raw) {
  const [lat, lon] = [raw.lat, raw.lon].map((text) => (/^\d{1,3}([.,]\d+)?$/.test(text) ? Number(text.replace(",", ".")) : NaN));
  const isIn = (number, [least, most]) => number >= least && number <= most;
  if (!isIn(lat, LATITUDES) || !isIn(lon, LONGITUDES)) {
    return { error: "Vị trí cần đủ vĩ độ (6 đến 24) và kinh độ (102 đến 118), ví dụ 10,411379 và 107,136223." };
  }
  const accuracy = /^\d+$/.test(raw.accuracy) ? Number(raw.accuracy) : null;
  return { value: { lat, lon, accuracy, ...(raw.taken_at ? { taken_at: raw.taken_at } : {}) } };
}

/** {value, error} of what stands in the fields; the value null when nothing does. */
export function read(question, raw) {
  const { kind } = question;
  if (kind === "position" ? !raw.lat && !raw.lon : raw === "" || raw.length === 0) return { value: null, error: "" };
  if (NUMERIC.has(kind)) {
    const { value, error } = readFigure(raw, decimalsOf(question), false);
    // The server reads the same figures; as text none loses a digit on the way.
    return { value: error ? null : figureText(question, value), error };
  }
  if (kind === "date") {
    const day = dayOf(raw);
    return { value: day, error: day ? "" : "Ngày chưa đúng; hãy nhập ngày/tháng/năm, ví dụ 24/11/2026." };
  }
  if (kind === "yes_no") return { value: raw === "true", error: "" };
  if (kind === "position") {
    const { value = null, error = "" } = positionOf(raw);
    return { value, error };
  }
  return { value: raw, error: "" };
}

/** The typed figure with its separators; as it was when it cannot be read. */
export function tidied(question, raw) {
  if (!NUMERIC.has(question.kind)) return raw;
  const { value } = readFigure(raw, decimalsOf(question), false);
  return value === null ? raw : figureText(question, value);
}

/** A large amount in words, so that a zero too many is seen: "≈ 1,25 tỷ đồng". */
export function amountInWords(raw) {
  const { value } = readFigure(raw, 0, false);
  if (value === null || value < MILLION) return "";
  const [unit, word] = value >= 1000n * MILLION ? [1000n * MILLION, "tỷ"] : [MILLION, "triệu"];
  const hundredths = (value * 100n) / unit;
  return `${hundredths * unit === value * 100n ? "=" : "≈"} ${formatScaled(hundredths, 2)} ${word} đồng`;
}

/** What stands in the fields, for people; empty when nothing does. */
export function inWords(question, raw) {
  const label = (code) => question.choices.find(([one]) => one === code)?.[1] ?? code;
  if (raw === null || raw === undefined || raw === "" || raw.length === 0) return "";
  if (question.kind === "choice") return label(raw);
  if (question.kind === "multiple") return raw.map(label).join("; ");
  if (question.kind === "yes_no") return raw === "true" ? "Có" : "Không";
  if (question.kind === "position") return raw.lat || raw.lon ? `${raw.lat}; ${raw.lon}${raw.accuracy ? ` (sai số khoảng ${raw.accuracy} m)` : ""}` : "";
  const unit = question.unit || (question.kind === "money" ? "đồng" : "");
  return NUMERIC.has(question.kind) && unit ? `${raw} ${unit}` : raw;
}
