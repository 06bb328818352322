"""Uses a page with the keyboard only: Tab, Shift+Tab, Enter, Space, arrows, typing."""

from typing import Any

# The focused element as a screen reader names it: role and name, and inside a fieldset also its legend.
FOCUSED = """() => {
    const it = document.activeElement;
    if (!it || it === document.body) return '';
    const text = (node) => node ? node.innerText.replace(/\\s+/g, ' ').trim() : '';
    const name = it.getAttribute('aria-label') || (it.labels && text(it.labels[0])) || text(it);
    const group = it.type === 'radio' ? text(it.closest('fieldset')?.querySelector('legend')) : '';
    return group ? `${group} ${name}` : name;
}"""
# Whether the header or the bar at the bottom covers the focused element.
COVERED = """() => {
    const it = document.activeElement, box = it.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return ['#header', '.actions'].some((bar) => top?.closest(bar) && !it.closest(bar));
}"""
MOST = 400


class Keys:
    """The keyboard of one page. `to` walks there with Tab; everything else acts on what has the focus."""

    def __init__(self, page: Any) -> None:
        self.page = page

    @property
    def focused(self) -> str:
        """The name of the focused element."""
        return str(self.page.evaluate(FOCUSED))

    def to(self, name: str, times: int = 1) -> None:
        """Press Tab until an element with a name that begins with ``name`` has the focus, for the ``times``-th time."""
        passed: list[str] = []
        for _ in range(MOST):
            self.page.keyboard.press("Tab")
            passed.append(self.focused)
            assert not self.page.evaluate(COVERED), f"{passed[-1]} has the focus and can't be seen"
            if passed[-1].startswith(name) and sum(each.startswith(name) for each in passed) == times:
                return
        raise AssertionError(f"Tab doesn't come to {name!r}; it passed {list(dict.fromkeys(passed))}")

    def press(self, *keys: str) -> None:
        """Press one key after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type into the focused element."""
        self.page.keyboard.type(text)

    def fill(self, name: str, text: str) -> None:
        """Walk to a field and replace its text."""
        self.to(name)
        self.press("Control+A")
        self.type(text)

    def go(self, name: str, times: int = 1) -> None:
        """Walk to a link or button and press Enter."""
        self.to(name, times)
        self.press("Enter")
