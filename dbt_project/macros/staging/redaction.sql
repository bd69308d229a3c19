{#-
    Free text without what identifies a person: e-mail addresses, addresses of the web, handles, IBANs, ID numbers,
    cards and telephone numbers, as they are written in English, German and Chinese, also in full-width digits. What
    stands for them says what it was, such as [phone]. Names are beyond rules; texts stay in the schema `personal`.

    Most texts hold nothing of the kind, and one expression tells: 1 µs a text of 70 characters, where
    all rules take 70 µs.
-#}
{% macro redacted(text) %}{{ return(in_duckdb(text, redaction())) }}{% endmacro %}

{#- The expression, in DuckDB's SQL, over a column that goes by {text} here. -#}
{% macro redaction() -%}
    case
        when {{ matches('{text}', redaction_hint()) }}
            then {{ without_identifiers("translate({text}, '０１２３４５６７８９Ｘ＠．', '0123456789X@.')") }}
        else {text}
    end
{%- endmacro %}

{#- Seven digits close to each other, or what only IBANs and addresses have. -#}
{% macro redaction_hint() -%}
    ([0-9][^0-9]{0,3}){6}[0-9]|[A-Z]{2}[0-9]{2}[ -]?[A-Z0-9]{4}|[@＠０-９]|://|[Ww][Ww][Ww][.．]|[.．]([a-z]{2,4}/|com|net|org|de|cn|eu|io|uk)
{%- endmacro %}

{% macro without_identifiers(text) -%}
    {#- Separators within a number: at most three characters. -#}
    {%- set gap = '[ ()./-]{0,3}' -%}
    {%- set month_and_day = '(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])' -%}
    {%- set address_end = '[^ \\t\\r\\n<>"“”《》（），。！？；、]' -%}
    {%- set rules = {
        '[email]': ['[A-Za-z0-9À-ɏ._%+-]+@[A-Za-z0-9À-ɏ-]+([.][A-Za-z0-9À-ɏ-]+)+'],
        '[link]': [
            '(?i:\\b((https?|ftp)://|www[.])' ~ address_end ~ '+)',
            '(?i:\\b([a-z0-9-]+[.])+([a-z]{2,}/' ~ address_end ~ '*|(com|net|org|de|cn|eu|io|uk)\\b))',
        ],
        '[handle]': ['@[A-Za-z0-9_]{2,}'],
        '[iban]': [
            '\\b[A-Z]{2}[0-9]{2}([ -]?[A-Z0-9]{4}){2,7}([ -]?[A-Z0-9]{1,3})?\\b',
            '\\b[a-z]{2}[0-9]{2}[a-z]{0,4}[0-9]{10,26}\\b',
        ],
        '[id]': [
            '\\b[1-9][0-9]{5}[ -]?(19|20)[0-9]{2}' ~ month_and_day ~ '[ -]?[0-9]{3}[0-9Xx]\\b',
            '\\b[1-9][0-9]{7}' ~ month_and_day ~ '[0-9]{3}\\b',
            '\\b[0-9]{3}-[0-9]{2}-[0-9]{4}\\b',
            '\\b[12] [0-9]{2} [0-9]{2} [0-9]{2} [0-9]{3} [0-9]{3}( [0-9]{2})?\\b',
            '\\b[A-Za-z]{1,2}[0-9]{7,9}\\b',
        ],
        '[card]': ['\\b[0-9]{4}(([ -][0-9]{4}){3}([ -][0-9]{3})?|[ -][0-9]{6}[ -][0-9]{5})\\b'],
        '[phone]': [
            '[+][0-9](' ~ gap ~ '[0-9]){7,14}[0-9]*',
            '\\b(86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}\\b',
            '[(]?\\b0[0-9](' ~ gap ~ '[0-9]){7,13}\\b',
            '[(]?\\b(1[ .-])?[(]?[0-9]{3}[)]?[ .-] ?[0-9]{3}[ .-][0-9]{4}\\b',
            '\\b[48]00[ -]?[0-9]{3,4}[ -]?[0-9]{3,4}\\b',
            '(?i:\\b(tel|phone|mobile|cell|fax|whatsapp|handy)|电话|手机|微信|QQ)([^0-9\\]][^0-9]{0,11})?[0-9][0-9 -]{4,}[0-9]',
        ],
    } -%}
    {%- set ns = namespace(text=without_cards(text)) -%}
    {%- for shown, patterns in rules.items() -%}
        {%- set ns.text = replaced(ns.text, patterns | join('|'), shown) -%}
    {%- endfor -%}
    {{ ns.text }}
{%- endmacro %}

{% macro matches(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}

{#- Every place where a pattern matches, replaced by a text. -#}
{% macro replaced(text, pattern, shown) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ shown }}', 'g')
{%- endmacro %}

{#- Unbroken numbers of 13 to 19 digits are cards where the check digit is right (ISO/IEC 7812-1, annex B: Luhn). -#}
{% macro without_cards(text) -%}
    list_reduce(
        [{{ text }}] || list_filter(
            regexp_extract_all({{ text }}, '\b[0-9]{13,19}\b'),
            lambda card: list_sum(list_transform(
                range(1, length(card) + 1),
                lambda place: case
                    when place % 2 = 1 then cast(card[-place] as integer)
                    else (2 * cast(card[-place] as integer)) // 10 + (2 * cast(card[-place] as integer)) % 10
                end
            )) % 10 = 0
        ),
        lambda left_to_do, card: replace(left_to_do, card, '[card]')
    )
{%- endmacro %}
