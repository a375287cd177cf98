/// A file that is wrong.
struct BadFile: CustomStringConvertible, Sendable {
    /// Whether the published JSON Schema can know that the file is wrong.
    enum SchemaAnswer: Sendable {
        case refused
        /// The fault is beyond what a schema can say.
        case accepted
        /// The text is not even YAML of our kind.
        case unread
    }

    let text: String
    /// What is reported: line, column, path, message and hint.
    let faults: [String]
    let schema: SchemaAnswer

    init(_ text: String, _ schema: SchemaAnswer, _ faults: String...) {
        self.text = text
        self.faults = faults
        self.schema = schema
    }

    /// One job that does nothing, for files in which something else is wrong.
    static let job = "jobs: {a: {command: [x]}}\n"
    static let rule =
        "a name begins with a to z, and goes on with a to z, 0 to 9, _ and -, up to 63 in all"

    var description: String { text }

    static let all = yaml + top + triggers + eventTriggers + jobs + kinds + tools + references + models

    /// What is no YAML, or no YAML of ours.
    static let yaml: [BadFile] = [
        BadFile("", .unread, "1:1: the file is empty; it needs name and jobs"),
        BadFile("# nothing\n\n", .unread, "1:1: the file is empty; it needs name and jobs"),
        BadFile("---\n", .refused, "2:1: expected a mapping, found nothing"),
        BadFile("42\n", .refused, "1:1: expected a mapping, found the integer 42"),
        BadFile("- a\n", .refused, "1:1: expected a mapping, found a list"),
        BadFile(
            "name: w\n\(job)---\nname: v\n",
            .unread,
            "3:1: a second document begins here, a file has one"
        ),
        BadFile(
            "name: w\njobs:\n\ta: 1\n",
            .unread,
            "3:1: not valid YAML: found character that cannot start any token (while scanning for the next token, from 3:1); "
                + "indent with spaces, not with tabs"
        ),
        BadFile(
            "name: w\njobs: [\n",
            .unread,
            "3:1: not valid YAML: did not find expected node content (while parsing a flow node, from 3:1)"
        ),
        BadFile(
            "name: \"w\njobs: x\n",
            .unread,
            "3:1: not valid YAML: found unexpected end of stream (while scanning a quoted scalar, from 1:7)"
        ),
        BadFile(
            "name: w\ndescription: a: b\n\(job)",
            .unread,
            "2:15: not valid YAML: mapping values are not allowed in this context; put the value in quotes"
        ),
        BadFile(
            "name: w\ndescription: @x\n\(job)",
            .unread,
            "2:14: not valid YAML: found character that cannot start any token (while scanning for the next token, "
                + "from 2:14); put the value in quotes"
        ),
        BadFile("name: w\u{7}\n", .unread, "1:8: the character U+0007 is not allowed"),
        BadFile("name: w\n\(job)# \0\n", .unread, "3:3: the character U+0000 is not allowed"),
        BadFile("name: w\r\n\r\n# é\u{FFFE}\r\n", .unread, "3:4: the character U+FFFE is not allowed"),
        BadFile(
            "name: w\njobs:\n  a: {command: &x [x]}\n  b: {command: *x}\n",
            .unread,
            "3:19: not valid YAML: did not find expected ',' or '}' (while parsing a flow mapping, from 3:6); "
                + "anchors (&) and aliases (*) are not supported"
        ),
        BadFile(
            "name: &n w\n*n : 1\njobs: {a: *n, b: {command: [*x]}, <<: {c: 1}}\n",
            .unread,
            "1:7: anchors (&) and aliases (*) are not supported; write the value out, or put a text that begins like this "
                + "in quotes",
            "3:35: merge keys (<<) are not supported; write the keys out"
        ),
        BadFile(
            "name: w\n? a\n: b\n",
            .unread,
            "3:1: not valid YAML: could not find expected ':' (while scanning a simple key, from 2:1); explicit keys (?) are "
                + "not supported, write key: value"
        ),
        BadFile(
            "name: !!str w\ndescription: ! x\nteam: !t {}\n!!str params: {}\n\(job)",
            .unread,
            "1:7: tags are not supported; put a text that begins with ! in quotes",
            "2:14: tags are not supported; put a text that begins with ! in quotes",
            "3:7: tags are not supported; put a text that begins with ! in quotes"
        ),
        BadFile("[a]: 1\nname: w\n\(job)", .unread, "1:1: a key must be a text without a tag"),
        BadFile(
            "name: w\nname: v\n\"name\": u\njobs:\n  a: {command: [x]}\n  a: {command: [y], needs: [z]}\n  b: {nope: 1}\n",
            .unread,
            "2:1: the key \"name\" is repeated, it is already in line 1",
            "3:1: the key \"name\" is repeated, it is already in line 1",
            "6:3: the key \"a\" is repeated, it is already in line 5",
            "7:7: jobs.b.nope: unknown key \"nope\"; known here: agent, llm, command, sql, http, wait, approval, workflow, handler, needs, when, retry, "
                + "timeout, queue, priority, budget, limits, requires, runs, teardown, group, may_fail, repeat, map, produces, "
                + "queue_timeout, total_timeout, deadline"
        ),
    ]

    /// The top of the file, and params.
    static let top: [BadFile] = [
        BadFile(
            "name: Wrong Name\nteam: 1\nparms: {}\nenv: {}\n\(job)",
            .refused,
            "1:7: name: \"Wrong Name\" is no name: it does not begin with a to z; \(rule)",
            "2:7: team: expected a name, found the integer 1; put it in quotes",
            "3:1: parms: unknown key \"parms\"; did you mean params?",
            "4:1: env: unknown key \"env\"; env is not supported by this version yet"
        ),
        BadFile(
            "name: w\nbudget: {usd: 1.0000001, on_exceeded: refused, per: day}\n\(job)",
            .refused,
            "2:15: budget.usd: expected US dollars, found the number 1.0000001; write them with at most six places, such as "
                + "2.50",
            "2:39: budget.on_exceeded: expected one of refuse, warn, hold, found the string \"refused\"; did you mean "
                + "refuse?",
            "2:48: budget.per: unknown key \"per\"; known here: usd, on_exceeded"
        ),
        BadFile(
            "name: w\nbudget: {}\njobs:\n  a:\n    budget: {usd: 1}\n    llm: {model: c/m, prompt: p, limits: {usd: 2}}\n",
            .refused,
            "2:9: budget: usd is missing; as in budget: {usd: 2.50}",
            "5:13: jobs.a.budget: the job has a budget and limits.usd; keep one of them"
        ),
        BadFile("description: d\n\(job)", .refused, "1:1: name is missing; the first line of a file is name: NAME"),
        BadFile("name: w\n", .refused, "1:1: jobs is missing; a workflow has at least one job"),
        BadFile("name: w\njobs: {}\n", .refused, "2:7: jobs: there is no job; a workflow has at least one job"),
        BadFile("name: w\njobs: no\n", .refused, "2:7: jobs: expected a mapping of jobs, found the string \"no\""),
        BadFile(
            "name: w\(String(repeating: "x", count: 63))\n\(job)",
            .refused,
            "1:7: name: \"w\(String(repeating: "x", count: 59))…\" is no name: it is longer than 63; \(rule)"
        ),
        BadFile("name: a.b\n\(job)", .refused, "1:7: name: \"a.b\" is no name: it holds other characters; \(rule)"),
        BadFile("name: ''\n\(job)", .refused, "1:7: name: \"\" is no name: it is empty; \(rule)"),
        BadFile("name:\n\(job)", .refused, "1:6: name: expected a name, found nothing"),
        BadFile("name: w\ndescription: [a]\n\(job)", .refused, "2:14: description: expected a text, found a list"),
        BadFile("name: w\nparams: [a]\n\(job)", .refused, "2:9: params: expected a mapping of params, found a list"),
        BadFile(
            """
            name: w
            params:
              a: {type: strng}
              b: {type: integer, default: no}
              C: {}
              e: {default: 5}
              f: {default: a, required: true}
              g: {enum: []}
              h: {required: yes, choices: [a]}
              i: text
              j:
            \(job)
            """,
            .refused,
            "3:13: params.a.type: expected one of string, integer, number, boolean, object, array, found the string "
                + "\"strng\"; did you mean string?",
            "4:31: params.b.default: expected an integer, found the string \"no\"",
            "5:3: params.C: \"C\" is no name: it does not begin with a to z; \(rule)",
            "6:16: params.e.default: expected a string, found the integer 5; put it in quotes",
            "7:29: params.f.required: a param with a default is never missing; remove required or default",
            "8:13: params.g.enum: the list is empty, so no value is allowed",
            "9:17: params.h.required: expected true or false, found the string \"yes\"; write true or false",
            "9:22: params.h.choices: unknown key \"choices\"; known here: type, default, enum, description, required",
            "10:6: params.i: expected a mapping, found the string \"text\"",
            "11:5: params.j: expected a mapping, found nothing"
        ),
        BadFile(
            "name: w\nparams: {a: {enum: [x, 1, y], default: z}, b: {type: integer, default: 1.5}}\n\(job)",
            .accepted,
            "2:24: params.a.enum[1]: expected a string, found the integer 1; put it in quotes",
            "2:40: params.a.default: the default \"z\" is not in enum",
            "2:72: params.b.default: expected an integer, found the number 1.5"
        ),
    ]
}
