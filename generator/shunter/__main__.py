"""`python -m shunter` is the command."""

import sys

from shunter.cli.main import main

sys.exit(main())
