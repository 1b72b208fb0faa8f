// The form's checks in the browser, from the declaration that the server evaluates too
// (khuyencong/forms_as_data/rules.py; a test holds both to the same findings).

import { formatScaled } from "./report-numbers.js";

/** The indicator's figure: its value or the sum over its members; null when one is missing. */
function figureOf(indicator, values) {
  let total = 0n;
  for (const key of indicator.keys) {
    const value = values[key];
    if (value === null || value === undefined) return null;
    total += value;
  }
  return total;
}

const scaled = (indicator, value) => value * 10n ** BigInt(6 - indicator.decimals);
const shown = (indicator, value) => `${formatScaled(value, indicator.decimals)} ${indicator.unit}`;
const named = (indicator, value) => `${indicator.label}: ${shown(indicator, value)}`;
const absolute = (value) => (value < 0n ? -value : value);

function compare(target, operands, values, wrong) {
  const figure = figureOf(target, values);
  if (figure === null) return null;
  for (const operand of operands) {
    const other = figureOf(operand, values);
    if (other !== null && wrong(scaled(target, figure), scaled(operand, other))) {
      return `(${named(target, figure)}; ${named(operand, other)}.)`;
    }
  }
  return null;
}

const CHECKS = {
  sum_of(rule, target, operands, values) {
    const figure = figureOf(target, values);
    const figures = operands.map((operand) => figureOf(operand, values));
    if (figure === null || figures.includes(null)) return null;
    const total = operands.reduce((sum, operand, index) => sum + scaled(operand, figures[index]), 0n);
    if (scaled(target, figure) === total) return null;
    return `(${named(target, figure)}; tổng: ${formatScaled(total, 6)} ${target.unit}.)`;
  },
  at_least: (rule, target, operands, values) => compare(target, operands, values, (figure, other) => figure < other),
  at_most: (rule, target, operands, values) => compare(target, operands, values, (figure, other) => figure > other),
  change_limit(rule, target, operands, values, previous) {
    const figure = figureOf(target, values);
    const before = figureOf(target, previous);
    if (figure === null || before === null) return null;
    if (absolute(figure - before) * 100n <= BigInt(rule.percent) * absolute(before)) return null;
    return `(Quý trước: ${shown(target, before)}; kỳ này: ${shown(target, figure)}.)`;
  },
  required_if(rule, target, operands, values) {
    const figure = figureOf(target, values);
    if (figure !== null && figure > 0n) return null;
    for (const operand of operands) {
      const other = figureOf(operand, values);
      if (other !== null && other > 0n) return `(${named(operand, other)}.)`;
    }
    return null;
  },
};

/** Findings of all rules in order; `values` and `previous` map cell keys to BigInt or null. */
export function evaluate(form, values, previous) {
  const findings = [];
  for (const rule of form.rules) {
    const target = form.indicators[rule.target];
    const operands = rule.operands.map((code) => form.indicators[code]);
    if (!target || operands.includes(undefined)) continue;
    const detail = CHECKS[rule.kind](rule, target, operands, values, previous);
    if (detail !== null) {
      findings.push({ rule: rule.code, severity: rule.severity, cell: target.keys[0], sentence: `${rule.message} ${detail}` });
    }
  }
  return findings;
}

/** Integers that travelled as text. */
export function bigints(texts) {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, BigInt(text)]));
}
