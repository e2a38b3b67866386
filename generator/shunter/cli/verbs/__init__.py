"""One module per family of verbs, one thin function per verb: arguments in, Report out.

Each raises ShunterError for what a person can mend: a missing workspace, an unknown name, options that do not go
together. `shunter.cli.run` prints it.
"""
