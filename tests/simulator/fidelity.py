"""What the simulator does not reproduce of the recorded exchanges, and why; also on the page of the documentation."""

MEMBERS = {
    "channelDataId": "random for each channel",
    "lastOnlineTime": "depends on when a server was started",
    "serverLastOnlineTime": "depends on when a server was started",
    "totalSamplesDropped": "depends on what the control system sent",
    "totalSamplesSkippedBack": "depends on what the control system sent",
    "totalSamplesWritten": "depends on what the control system sent",
}
"""Members of JSON bodies. They are there, with the same JSON type."""

BODIES = {
    "HTML page": "nothing in it is a contract; title and message agree",
}
"""Kinds of bodies, and their lengths."""

LENGTHS = {
    "method_head_all_channels": "counts the bytes of counters and names that no other recording shows",
}
"""Exchanges whose header ``Content-Length`` differs."""

NO_401 = "never 401: a request without credentials is anonymous and refused with 403"
LENIENT = "scalars are read leniently: texts for booleans, numbers for texts, floats for integers"
CHECKS = {
    ("getChannel", "negative_data_rejection"): ("2.4", "characters that need not be encoded are taken as they are"),
    ("getChannelOfServer", "negative_data_rejection"): ("2.4", "as for `getChannel`"),
    ("getClusterStatus", "allow_header_conformance"): ("1.3", "not restricted to a method"),
    ("getClusterStatus", "unsupported_method"): ("1.3", "not restricted to a method"),
    ("getServerStatus", "allow_header_conformance"): ("1.3", "not restricted to a method"),
    ("getServerStatus", "unsupported_method"): ("1.3", "not restricted to a method"),
    ("importServerConfiguration", "missing_required_header"): ("2.1", NO_401),
    ("importServerConfiguration", "negative_data_rejection"): ("2.3", LENIENT),
    ("importServerConfiguration", "not_a_server_error"): (
        "2.11",
        "500 if a channel of the file failed, 503 if the file is empty",
    ),
    ("importServerConfiguration", "positive_data_acceptance"): ("2.11", "400 if the file is no configuration"),
    ("runArchiveConfigurationCommands", "missing_required_header"): ("2.1", NO_401),
    ("runArchiveConfigurationCommands", "negative_data_rejection"): ("2.3", LENIENT),
    ("runArchiveConfigurationCommands", "not_a_server_error"): ("3.1", "500 if a command failed"),
    ("runArchiveConfigurationCommands", "positive_data_acceptance"): (
        "3.2",
        "400 for rules that a schema does not express: members that exclude each other, periods that do not ascend",
    ),
    ("findChannelsByRegexp", "positive_data_acceptance"): ("5.4", "400 for a text that is no regular expression"),
    ("getSamples", "negative_data_rejection"): ("5.5", "hexadecimal numbers, signs and white space are understood"),
    ("getSamples", "not_a_server_error"): ("5.5", "500 if the support of the control system is not installed"),
    ("getSamples", "positive_data_acceptance"): ("5.5", "400 if `end` lies before `start`"),
}
"""What schemathesis expects and servers do otherwise, by operation and check: section of the reference, and reason."""
