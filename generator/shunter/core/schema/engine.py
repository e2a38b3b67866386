"""jsonschema-rs, without the 8 ms that its import takes to tell when it was built.

Its extension dates its own build through `email.utils`, and that loads sockets, calendars and more; nothing else in it
does. While it is imported, a stand-in answers; a commit hook starts a fifteenth sooner.
"""

from __future__ import annotations

import sys
from types import ModuleType

_MODULE = "email.utils"

if _MODULE in sys.modules:
    import jsonschema_rs as jsonschema_rs
else:
    _stand_in = ModuleType(_MODULE)
    _stand_in.parsedate_to_datetime = lambda text: text  # type: ignore[attr-defined]
    sys.modules[_MODULE] = _stand_in
    try:
        import jsonschema_rs as jsonschema_rs
    finally:
        del sys.modules[_MODULE]
