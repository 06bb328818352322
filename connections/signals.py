"""Signals about a connection for other apps; `connections` doesn't import those apps."""

from django.dispatch import Signal

disconnecting = Signal()
"""Sent inside the transaction that disconnects, before the credentials go; carries ``connection`` and ``user``."""
paused = Signal()
"""Sent inside the transaction that pauses an active connection; carries ``connection`` and its audit ``entry``."""
resumed = Signal()
"""Sent inside the transaction that ends a pause; carries ``connection`` and its audit ``entry``."""
application_refused = Signal()
"""Sent inside the transaction that notes that Visma refuses the installation's credentials; carries ``since``."""
application_works = Signal()
"""Sent inside the transaction that notes that Visma accepts them again; ``since``: when it began to refuse them."""
waits_for_release = Signal()
"""Sent inside the transaction in which a connection begins to wait; carries its open release ``request``."""
looked_at_again = Signal()
"""Sent inside the transaction in which both sides are to be counted anew for an open release ``request``."""
release_answered = Signal()
"""Sent inside the transaction in which a superuser released or refused; carries the answered ``request``."""
check_asked = Signal()
"""Sent when a ``connection`` is to be checked soon: what is so at its two systems."""
recipients_added = Signal()
"""Sent inside the transaction that adds recipients of payroll notices who are to confirm; carries ``connection``."""
