"""One module per family of verbs, one thin function per verb: arguments in, Report out."""
