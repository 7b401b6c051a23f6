"""The tabs of the page, one package each."""


def open_tab(tab_id: str, condition: str = "true") -> str:
    """JavaScript for the `js` of an event that opens a tab if `condition`, a JavaScript expression, is true.

    Not `gr.Tabs(selected=…)`: once tabs are among an event's outputs, the browser copies all of their contents with
    each message of any event, 90,000 values while 500 tokens are written.

    >>> open_tab("train")
    "() => { if (true) document.querySelector('[data-tab-id=train]').click(); }"
    """
    return f"() => {{ if ({condition}) document.querySelector('[data-tab-id={tab_id}]').click(); }}"
