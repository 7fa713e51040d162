// Runs before htmx. Pages of this house are the only HTML that htmx parses; the policy says so to the browser
// (Content-Security-Policy: trusted-types). No script is ever made out of text.
"use strict";
addEventListener("DOMContentLoaded", () => {
  const rules = { createHTML: (text) => text, createScript: () => "" };
  const policy = window.trustedTypes ? trustedTypes.createPolicy("pages", rules) : rules;
  htmx.registerExtension("trusted", { init: (api) => api.initSecurity(policy) });
}, { capture: true, once: true });
