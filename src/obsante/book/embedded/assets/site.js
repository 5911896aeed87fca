// Theme, menu and search of the report. Pages read without it; nothing is asked of a server.
(() => {
  'use strict';
  const root = document.documentElement;
  const options = document.currentScript.dataset;
  const LIMIT = 20;
  const find = (selector) => document.querySelector(selector);

  // Theme ---------------------------------------------------------------------------------------

  // A browser may refuse storage to a page read from a file: the theme then lasts for the page.
  const remember = (theme) => {
    try { localStorage.setItem('obsante-theme', theme); } catch { return; }
  };
  const remembered = () => {
    try { return localStorage.getItem('obsante-theme'); } catch { return null; }
  };
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  const theme = remembered();
  if (theme) root.dataset.theme = theme;

  const startTheme = () => {
    const button = find('#site-theme');
    button.hidden = false;
    button.addEventListener('click', () => {
      root.dataset.theme = isDark() ? 'light' : 'dark';
      remember(root.dataset.theme);
    });
  };

  // Menu ----------------------------------------------------------------------------------------

  const startMenu = () => {
    const menu = find('#site-menu');
    const wide = matchMedia('(min-width: 54.01rem)');
    const follow = () => { menu.open = wide.matches; };
    follow();
    wide.addEventListener('change', follow);
  };

  // Search --------------------------------------------------------------------------------------

  const MARKS = /[\u0300-\u036f\u064b-\u0652\u0670\u0640]/g;
  const fold = (text) => text.normalize('NFD').replace(MARKS, '').toLowerCase()
    .replace(/œ/g, 'oe').replace(/æ/g, 'ae').replace(/[أإآٱ]/g, 'ا').replace(/ى/g, 'ي')
    .replace(/[’'\u00a0\u202f]/g, ' ');

  const prepare = (entry) => ({
    ...entry, heading: fold(`${entry.h} ${entry.h ? '' : entry.p}`), page: fold(entry.p),
    text: fold(entry.x),
  });

  const score = (entry, words) => {
    let total = 0;
    for (const word of words) {
      const inHeading = entry.heading.includes(word);
      const inText = entry.text.includes(word);
      if (!inHeading && !inText && !entry.page.includes(word)) return 0;
      total += (inHeading ? 10 : 0) + (inText ? 3 : 0) + 1;
    }
    return words.some((word) => entry.heading.includes(word) || entry.text.includes(word)) ? total : 0;
  };

  const wordsOf = (query) => fold(query).split(/\s+/).filter((word) => word.length > 1 || /\d/.test(word));

  const search = (entries, query) => {
    const words = wordsOf(query);
    if (!words.length) return null;
    return entries.map((entry) => ({ entry, value: score(entry, words) }))
      .filter((hit) => hit.value > 0)
      .sort((a, b) => b.value - a.value)
      .map((hit) => hit.entry);
  };

  // Folding can change the length of a text: cut the original at the place of its own letters.
  const foldedPosition = (text, word) => {
    const folded = fold(text).indexOf(word);
    if (folded < 0) return -1;
    let length = 0;
    for (let i = 0; i < text.length; i += 1) {
      if (length >= folded) return i;
      length += fold(text[i]).length;
    }
    return -1;
  };

  const snippet = (entry, words) => {
    const positions = words.map((word) => foldedPosition(entry.x, word)).filter((p) => p >= 0);
    const start = Math.max(0, Math.min(...positions, Infinity) - 50);
    if (!positions.length) return entry.x.slice(0, 140);
    const end = start + 160;
    return (start > 0 ? '… ' : '') + entry.x.slice(start, end) + (end < entry.x.length ? ' …' : '');
  };

  const resultItem = (entry, words) => {
    const item = document.createElement('li');
    const link = document.createElement('a');
    const extract = document.createElement('small');
    link.href = options.up + entry.u;
    link.textContent = entry.h ? `${entry.p} › ${entry.h}` : entry.p;
    link.dir = extract.dir = 'auto';
    extract.textContent = snippet(entry, words);
    link.append(extract);
    item.append(link);
    return item;
  };

  const countText = (count) => count === 0 ? options.none
    : `${count} ${count === 1 ? options.one : options.many}`;

  const show = (hits, query) => {
    find('#site-panel').hidden = hits === null;
    const list = find('#site-results');
    list.replaceChildren();
    if (hits === null) return;
    find('#site-count').textContent = countText(hits.length);
    list.append(...hits.slice(0, LIMIT).map((entry) => resultItem(entry, wordsOf(query))));
  };

  const moveFocus = (step) => {
    const input = find('#site-query');
    const stops = [input, ...document.querySelectorAll('#site-results a')];
    const next = stops.indexOf(document.activeElement) + step;
    if (next >= 0 && next < stops.length) stops[next].focus();
  };

  const onKey = (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      moveFocus(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Escape') {
      find('#site-panel').hidden = true;
      find('#site-query').focus();
    }
  };

  const startSearch = () => {
    const form = find('.site-search');
    const input = find('#site-query');
    const entries = (window.OBSANTE_SEARCH || []).map(prepare);
    if (!entries.length) return;
    form.hidden = false;
    input.addEventListener('input', () => show(search(entries, input.value), input.value));
    form.addEventListener('keydown', onKey);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const first = find('#site-results a');
      if (first) first.click();
    });
    document.addEventListener('click', (event) => {
      if (!form.contains(event.target)) find('#site-panel').hidden = true;
    });
    // After a result of the same page, the panel would hide what was looked for.
    window.addEventListener('hashchange', () => { find('#site-panel').hidden = true; });
  };

  document.addEventListener('DOMContentLoaded', () => {
    startTheme();
    startMenu();
    startSearch();
  });
})();
