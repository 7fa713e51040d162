(phone) => {
  const wrong = [];
  const shown = e => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().width > 2;
  const name = e => (e.getAttribute('aria-label') || e.innerText || e.alt || e.value || e.title || '').trim();
  const say = (what, e) => wrong.push(what + ': ' + e.outerHTML.slice(0, 140));
  if (document.documentElement.lang !== 'vi') wrong.push('lang');
  if (!document.title.trim()) wrong.push('title');
  if (document.querySelectorAll('h1').length !== 1) wrong.push('h1: ' + document.querySelectorAll('h1').length);
  let last = 0;
  for (const h of document.querySelectorAll('h1,h2,h3,h4')) {
    const level = +h.tagName[1]; if (shown(h) && level > last + 1 && last) say('heading order', h); if (shown(h)) last = level;
  }
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  ids.filter((id, n) => ids.indexOf(id) !== n).forEach(id => wrong.push('id twice: ' + id));
  for (const e of document.querySelectorAll('input:not([type=hidden]),select,textarea'))
    if (!e.labels.length && !e.getAttribute('aria-label')) say('no label', e);
  for (const e of document.querySelectorAll('[aria-describedby]'))
    if (!document.getElementById(e.getAttribute('aria-describedby'))) say('describedby', e);
  for (const e of document.querySelectorAll('a[href],button,summary')) if (shown(e) && !name(e)) say('no name', e);
  for (const e of document.querySelectorAll('img')) if (!e.hasAttribute('alt')) say('no alt', e);
  for (const e of document.querySelectorAll('iframe')) if (!e.title) say('no title', e);
  for (const e of document.querySelectorAll('table')) if (!e.querySelector('th')) say('no th', e);
  if (phone) {
    for (const e of document.querySelectorAll('button,.button,input:not([type=hidden]),select,textarea,summary,nav a,.folders a')) {
      if (!shown(e) || e.closest('.unseen-label')) continue;
      const box = (e.type === 'checkbox' ? e.closest('label') : e).getBoundingClientRect();
      if (box.height < 43.5 || box.width < 43.5) say('small ' + Math.round(box.width) + 'x' + Math.round(box.height), e);
      if (/INPUT|SELECT|TEXTAREA/.test(e.tagName) && parseFloat(getComputedStyle(e).fontSize) < 16) say('small font', e);
    }
  }
  const parse = c => { const m = c.match(/[\d.]+/g).map(Number); if (c.startsWith('color(srgb')) return [m[0]*255, m[1]*255, m[2]*255, m[3] ?? 1];
    return [m[0], m[1], m[2], m[3] ?? 1]; };
  const lum = c => { const f = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
    return .2126 * f(c[0]) + .7152 * f(c[1]) + .0722 * f(c[2]); };
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] > .95) return c; }
    return [255, 255, 255, 1]; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !shown(e) || e.closest('.unseen-label,.skip,.sheet,[aria-disabled]')) continue;
    const style = getComputedStyle(e), a = lum(parse(style.color)), b = lum(behind(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && +style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) say('contrast ' + ratio.toFixed(2), e);
    if (parseFloat(style.lineHeight) / parseFloat(style.fontSize) < 1.34) say('line height', e);
  }
  return wrong;
}
