"""The tabs of the page, one module or package each."""


def open_tab(tab_id: str, wish: str = "true") -> str:
    """JavaScript for an event that brings a tab to the front where `wish`, a JavaScript expression, holds.

    Not `gr.Tabs(selected=…)`: once tabs are among an event's outputs, the browser copies all that they hold with every
    message of any event: 90,000 values while 500 tokens are written.

    >>> open_tab("train")
    "() => { if (true) document.querySelector('[data-tab-id=train]').click(); }"
    """
    return f"() => {{ if ({wish}) document.querySelector('[data-tab-id={tab_id}]').click(); }}"
