-- Words that the renderer prints itself, in each language of the book, and the walk by language.
local M = {}

local NBSP = '\u{a0}'
local WORDS = {
  fr = {
    fig = 'Figure', tbl = 'Tableau', sec = 'Section', chapter = 'Chapitre', appendix = 'Annexe',
    delimiter = NBSP .. ':', open = '«' .. NBSP, close = NBSP .. '»',
    note = 'Note', tip = 'Conseil', warning = 'Avertissement', important = 'Important',
    caution = 'Attention', table = 'Tableau',
    chapters = 'Chapitres', contents = 'Sommaire', here = 'Sur cette page', skip = 'Aller au contenu',
    search = 'Rechercher', results = 'Résultats de la recherche', none = 'Aucun résultat',
    one = 'résultat', many = 'résultats', theme = 'Clair ou sombre', pdf = 'Rapport en PDF',
    previous = 'Précédent', next = 'Suivant', pager = 'Chapitres précédent et suivant',
    appendices = 'Annexes', warning_label = 'Avertissement', equation = 'Équation',
    published = 'Publié le', keys = 'Échap ferme, flèches parcourent',
  },
  en = {
    fig = 'Figure', tbl = 'Table', sec = 'Section', chapter = 'Chapter', appendix = 'Appendix',
    delimiter = ':', open = '“', close = '”',
    note = 'Note', tip = 'Tip', warning = 'Warning', important = 'Important', caution = 'Caution',
    table = 'Table',
    chapters = 'Chapters', contents = 'Contents', here = 'On this page', skip = 'Skip to content',
    search = 'Search', results = 'Search results', none = 'No result', one = 'result',
    many = 'results', theme = 'Light or dark', pdf = 'Report as PDF', previous = 'Previous',
    next = 'Next', pager = 'Previous and next chapters', appendices = 'Appendices',
    warning_label = 'Warning', equation = 'Equation', published = 'Published',
    keys = 'Escape closes, arrows browse',
  },
  ar = {
    fig = 'الشكل', tbl = 'الجدول', sec = 'القسم', chapter = 'الفصل', appendix = 'الملحق',
    delimiter = ':', open = '«', close = '»',
    note = 'ملاحظة', tip = 'نصيحة', warning = 'تنبيه', important = 'مهم', caution = 'تحذير',
    table = 'جدول',
    chapters = 'الفصول', contents = 'المحتويات', here = 'في هذه الصفحة', skip = 'انتقل إلى المحتوى',
    search = 'بحث', results = 'نتائج البحث', none = 'لا نتائج', one = 'نتيجة', many = 'نتائج',
    theme = 'فاتح أو داكن', pdf = 'التقرير بصيغة PDF', previous = 'السابق', next = 'التالي',
    pager = 'الفصل السابق والتالي', appendices = 'الملاحق', warning_label = 'تنبيه',
    equation = 'المعادلة', published = 'نُشر في', keys = 'Esc للإغلاق والأسهم للتنقل',
  },
}

M.NBSP = NBSP
M.KINDS = { fig = true, tbl = true, sec = true }
M.CALLOUTS = { note = true, tip = true, warning = true, important = true, caution = true }
local RTL = { ar = true, he = true, fa = true }
local overrides, main = {}, 'fr'

local function base(lang)
  return (lang or main):match '^%a+'
end

--- Take the book's main language and the words that `_quarto.yml` chooses for it.
function M.configure(lang, crossref)
  main = base(lang)
  overrides = crossref
end

--- Table of the words of a language; a language without any borrows the English ones.
function M.words(lang)
  return WORDS[base(lang)] or WORDS.en
end

--- Writing direction of a language.
function M.direction(lang)
  return RTL[base(lang)] and 'rtl' or 'ltr'
end

local function capitalised(text)
  local first = text:match '^[%z\1-\127\194-\244][\128-\191]*' or ''
  return pandoc.text.upper(first) .. text:sub(#first + 1)
end

--- Word before a number in a caption: `Figure`, `Tableau`.
function M.title(kind, lang)
  local chosen = base(lang) == main and overrides[kind .. '-title']
  return chosen or M.words(lang)[kind]
end

--- What stands between the number and the text of a caption.
function M.delimiter(lang)
  local chosen = base(lang) == main and overrides['title-delim']
  return chosen or M.words(lang).delimiter
end

--- Word before a number in a reference; `capital` as for `@Fig-x`.
function M.reference(kind, lang, capital)
  local chosen = base(lang) == main and overrides[kind .. '-prefix']
  local word = chosen or M.words(lang)[kind]
  return capital and capitalised(word) or word
end

--- Kind of a cross-reference identifier (`fig`, `tbl`, `sec`), or nil.
function M.kind(identifier)
  local kind = (identifier or ''):match '^(%a+)%-.'
  return M.KINDS[kind] and kind or nil
end

--- Kind of a callout Div (`note`, `warning`...), or nil.
function M.callout(div)
  for _, class in ipairs(div.classes) do
    local kind = class:match '^callout%-(%a+)$'
    if kind then return kind end
  end
end

--- Walk blocks top-down, the handlers being made anew for each language met on the way down.
-- @param make function from a language to a table of handlers (none for Div and Span)
function M.walk(blocks, lang, make)
  local handlers = make(lang)
  handlers.traverse = 'topdown'
  local function enter(element)
    local own = element.attributes.lang
    if own and own ~= lang then
      element.content = M.walk(element.content, own, make)
      return element, false
    end
  end
  handlers.Div, handlers.Span = enter, enter
  local header = handlers.Header
  handlers.Header = function(element)
    if header then element = header(element) or element end
    local result, go_on = enter(element)
    return result or element, go_on
  end
  return blocks:walk(handlers)
end

return M
