import JobModel

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
    private static let rule =
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

    /// What all jobs have in common.
    static let jobs: [BadFile] = [
        BadFile(
            """
            name: w
            jobs:
              a: {}
              b: {agnet: {}}
              c: {command: [x], sql: {}}
              d: {workflow: {}, produces: []}
              e:
              F: {command: [x]}
            """,
            .refused,
            "3:3: jobs.a: the job does not say what to do; add one of agent, llm, command, sql, http, wait, approval, workflow, handler",
            "4:7: jobs.b.agnet: unknown key \"agnet\"; did you mean agent?",
            "5:3: jobs.c: the job has command and sql, it must have one of them; make two jobs of it",
            "6:17: jobs.d.workflow: name is missing; the name of the workflow to run",
            "7:5: jobs.e: expected a mapping, found nothing",
            "8:3: jobs.F: \"F\" is no name: it does not begin with a to z; \(rule)"
        ),
        BadFile(
            """
            name: w
            jobs:
              a:
                command: [x]
                retry: {attempts: 0, delay: 30, max: -1s, times: 3}
                timeout: 5 minutes
                priority: high
                queue: Big
                when: ${{ true }}
                needs: b
              b:
                command: [x]
                retry: 3
                timeout: 0s
                priority: 1001
                needs: [1]
            """,
            .refused,
            "5:23: jobs.a.retry.attempts: 0 is out of range, allowed are 1 to 100",
            "5:33: jobs.a.retry.delay: expected a duration, found the integer 30; write it with a unit, such as 250ms, 30s, "
                + "5m, 2h or 1d",
            "5:42: jobs.a.retry.max: expected a duration, found the string \"-1s\"; write it with a unit, such as 250ms, "
                + "30s, 5m, 2h or 1d",
            "5:47: jobs.a.retry.times: unknown key \"times\"; known here: attempts, delay, max, backoff, jitter, on",
            "6:14: jobs.a.timeout: expected a duration, found the string \"5 minutes\"; write it with a unit, such as "
                + "250ms, 30s, 5m, 2h or 1d",
            "7:15: jobs.a.priority: expected an integer, found the string \"high\"",
            "8:12: jobs.a.queue: \"Big\" is no name: it does not begin with a to z; \(rule)",
            "9:11: jobs.a.when: a condition is an expression as it is; remove ${{ and }}",
            "10:12: jobs.a.needs: expected a list of jobs, found the string \"b\"",
            "13:12: jobs.b.retry: expected a mapping, found the integer 3",
            "14:14: jobs.b.timeout: 0s is out of range, allowed are 1ms to 365d",
            "15:15: jobs.b.priority: 1001 is out of range, allowed are -1000 to 1000",
            "16:13: jobs.b.needs[0]: expected the name of a job, found the integer 1; put it in quotes"
        ),
        BadFile(
            "name: w\njobs:\n  a: {command: [x], timeout: 366d, retry: {delay: 1m, max: 30s}}\n",
            .accepted,
            "3:30: jobs.a.timeout: 366d is out of range, allowed are 1ms to 365d",
            "3:60: jobs.a.retry.max: max is 30s, less than the delay of 1m"
        ),
        BadFile(
            """
            name: w
            jobs:
              a: {command: [x], needs: [b]}
              b: {command: [x], needs: [c]}
              c: {command: [x], needs: [a]}
              d: {command: [x], needs: [d]}
              e: {command: [x], needs: [a]}
            """,
            .accepted,
            "3:29: jobs.a.needs[0]: jobs wait for each other: a → b → c → a",
            "6:29: jobs.d.needs[0]: jobs wait for each other: d → d"
        ),
        BadFile(
            "name: w\njobs:\n  a: {command: [x], needs: [bb, extrct]}\n  extract: {command: [x]}\n",
            .accepted,
            "3:29: jobs.a.needs[0]: there is no job \"bb\"; known here: a, extract",
            "3:33: jobs.a.needs[1]: there is no job \"extrct\"; did you mean extract?"
        ),
        BadFile(
            "name: w\njobs:\n  a: {command: [x], needs: [b]}\n  b: {command: [x], needs: [a]}\n"
                + "  c: {command: [x], needs: [zz]}\n",
            .accepted,
            "3:29: jobs.a.needs[0]: jobs wait for each other: a → b → a",
            "5:29: jobs.c.needs[0]: there is no job \"zz\"; known here: a, b, c"
        ),
        BadFile(
            "name: w\njobs:\n  a: {command: [x], needs: [b, b]}\n  b: {command: [x]}\n",
            .refused,
            "3:32: jobs.a.needs[1]: \"b\" is needed twice"
        ),
    ]

    /// What jobs do.
    static let kinds: [BadFile] = [
        BadFile(
            """
            name: w
            jobs:
              a: {command: {run: [x], network: gateway}}
              b: {command: {run: [x], steps: true, network: host}}
              c: {command: {run: [x], approve: [{role: boss}]}}
              d: {command: {run: [x], tools: [{files: {name: f}}]}}
              e: {command: {run: [x], tools: [{mcp: {connection: c}}], approve: [{output: true}]}}
              f: {command: {run: [x], limits: {requests: 0, memory: 512MiB}}}
            """,
            .refused,
            "3:36: jobs.a.command.network: there is nothing that the program could reach; add connections, tools or steps: true",
            "4:49: jobs.b.command.network: expected one of gateway, found the string \"host\"",
            "5:36: jobs.c.command.approve: there are no tools whose calls people could approve; add tools",
            "6:34: jobs.d.command.tools: the tool f is one for agents; a program has sql, http, command, mcp, openapi",
            "7:69: jobs.e.command.approve: the output of a program is not approved; add a job of the kind approval behind it",
            "8:46: jobs.f.command.limits.requests: 0 is out of range, allowed are 1 to 1000000"
        ),
        BadFile(
            """
            name: w
            jobs:
              a: {approval: {}}
              b: {approval: {message: x, form: {type: array}}}
              c: {approval: {message: x, denied: maybe, approvals: 0}}
              d: {approval: {message: x, otherwise: deny}}
              e: {approval: {message: x, within: 24h, otherwise: approve}}
            """,
            .refused,
            "3:17: jobs.a.approval: message is missing; say what is to be approved",
            "4:36: jobs.b.approval.form: the schema of a form is one of an object; write type: object",
            "5:38: jobs.c.approval.denied: expected one of fail, output, found the string \"maybe\"",
            "5:56: jobs.c.approval.approvals: 0 is out of range, allowed are 1 to 100",
            "6:41: jobs.d.approval.otherwise: otherwise without within: nothing ends the wait; add within, as in within: 24h",
            "7:54: jobs.e.approval.otherwise: expected one of deny, fail, found the string \"approve\""
        ),
        BadFile(
            """
            name: w
            jobs:
              a:
                agent:
                  model: c/m
                  prompt: x
                  tools:
                    - command: {name: pay, run: [x], unknown: maybe}
                    - ask: {role: 5}
                  approve:
                    - {tools: [pya]}
                    - {tools: [pay, "a*"], when: "arguments.x >"}
                    - {output: true, when: "arguments.x > 1"}
                    - {output: true, tools: [pay]}
                    - {when: "params.limit < arguments.x"}
                    - {effect: twice}
            """,
            .refused,
            "8:51: jobs.a.agent.tools[0].command.unknown: expected one of ask, retry, fail, found the string \"maybe\"",
            "9:23: jobs.a.agent.tools[1].ask.role: expected a name, found the integer 5; put it in quotes",
            "11:20: jobs.a.agent.approve[0].tools[0]: no tool of the agent is named \"pya\"; did you mean pay?",
            "12:38: jobs.a.agent.approve[1].when: \"arguments.x >\" is no expression: expected a value, found the end at character 14",
            "13:32: jobs.a.agent.approve[2].when: arguments is not known here; this rule knows output",
            "14:33: jobs.a.agent.approve[3].tools: a rule is about calls or about the output; make two rules of it",
            "15:18: jobs.a.agent.approve[4].when: there is no param \"limit\"",
            "16:20: jobs.a.agent.approve[5].effect: expected one of none, idempotent, once, found the string \"twice\""
        ),
        BadFile(
            """
            name: w
            jobs:
              a: {wait: 2h}
              b: {wait: {}}
              c: {wait: {for: 2h, until: "2026-01-31T06:00:00Z"}}
              d: {wait: {for: 2}}
              e: {wait: {for: 366d}}
              f: {wait: {until: tomorrow}}
              g: {wait: {event: x y, for: 2h}}
              i: {wait: {key: 7}}
              j: {wait: {event: x, otherwise: continue, within: 0s}}
              k: {wait: {event: x, otherwise: later}}
              h: {wait: {until: "2026-02-29T06:00:00Z"}}
            """,
            .refused,
            "3:13: jobs.a.wait: expected a mapping, found the string \"2h\"",
            "4:13: jobs.b.wait: the wait does not say how long; as in wait: {for: 2h}",
            "5:13: jobs.c.wait: a wait has for or until, not both; make two jobs of it",
            "6:19: jobs.d.wait.for: expected a duration, found the integer 2; write it with a unit, such as 250ms, 30s, 5m, "
                + "2h or 1d",
            "7:19: jobs.e.wait.for: 366d is out of range, allowed are 0s to 365d",
            "8:21: jobs.f.wait.until: \"tomorrow\" is no time; \(RFC3339.hint)",
            "9:21: jobs.g.wait.event: \"x y\" is no name of an event; use 1 to 200 letters, digits, _ - . / or :",
            "9:31: jobs.g.wait.for: a wait for an event has no for; say with within how long it waits",
            "10:13: jobs.i.wait: the wait does not say how long; as in wait: {for: 2h}",
            "10:19: jobs.i.wait.key: key belongs to event; as in event: order.paid",
            "11:53: jobs.j.wait.within: 0s is out of range, allowed are 1ms to 365d",
            "12:35: jobs.k.wait.otherwise: expected one of fail, continue, found the string \"later\"",
            "12:35: jobs.k.wait.otherwise: otherwise says what happens when within has passed; add within, such as within: 2d",
            "13:21: jobs.h.wait.until: \"2026-02-29T06:00:00Z\" is no time; \(RFC3339.hint)"
        ),
        BadFile(
            """
            name: w
            jobs:
              a: {command: echo hi}
              b: {command: []}
              c: {command: {env: {1x: a, A: , B: [1]}, output: yaml}}
              d: {command: [[x], null]}
              e: {command: ["", a]}
              f: {command: {run: x, shell: true}}
            """,
            .refused,
            "3:16: jobs.a.command: expected a list or a mapping, found the string \"echo hi\"; no shell is started, write "
                + "the program and its arguments, as in [python3, report.py]",
            "4:16: jobs.b.command: the list is empty; write the program and its arguments, as in [python3, report.py]",
            "5:16: jobs.c.command: run is missing; as in run: [python3, report.py]",
            "5:23: jobs.c.command.env.1x: \"1x\" is no name of a variable; use letters, digits and _",
            "5:33: jobs.c.command.env.A: expected a text, found nothing",
            "5:38: jobs.c.command.env.B: expected a text, found a list",
            "5:52: jobs.c.command.output: expected one of json, text, lines, found the string \"yaml\"",
            "6:17: jobs.d.command[0]: expected a text, found a list",
            "6:22: jobs.d.command[1]: expected a text, found nothing",
            "7:17: jobs.e.command[0]: the program is empty",
            "8:22: jobs.f.command.run: expected a list of the program and its arguments, found the string \"x\"",
            "8:25: jobs.f.command.shell: unknown key \"shell\"; known here: run, env, cwd, output, limits, connections, "
                + "steps, tools, approve, network"
        ),
        BadFile(
            """
            name: w
            jobs:
              a: {sql: {connection: W, query: "", access: Write, max_rows: 0}}
              b: {sql: select 1}
              c: {sql: {}}
            """,
            .refused,
            "3:25: jobs.a.sql.connection: \"W\" is no name: it does not begin with a to z; \(rule)",
            "3:35: jobs.a.sql.query: the text is empty",
            "3:47: jobs.a.sql.access: expected one of read, write, found the string \"Write\"; did you mean write?",
            "3:64: jobs.a.sql.max_rows: 0 is out of range, allowed are 1 to 100000",
            "4:12: jobs.b.sql: expected a mapping, found the string \"select 1\"",
            "5:12: jobs.c.sql: connection is missing",
            "5:12: jobs.c.sql: query is missing"
        ),
        BadFile(
            """
            name: w
            jobs:
              a: {sql: {connection: w, query: "select '${{ run.id }}'"}}
              b: {sql: {connection: w, query: "select $1, ${{ run.id }}"}}
              c: {sql: {connection: w, query: "select t_${{ run.id }}"}}
            """,
            .accepted,
            "3:35: jobs.a.sql.query: the expression \"run.id\" stands in quotes, where no value can be bound; remove the "
                + "quotes, values are bound as they are",
            "4:35: jobs.b.sql.query: the query holds $1, which has no value; write ${{ … }} where a value belongs",
            "5:35: jobs.c.sql.query: an expression touches a name, a number or another expression; an expression is a whole "
                + "value; names of tables and columns cannot be computed"
        ),
        BadFile(
            """
            name: w
            jobs:
              a: {http: {url: /x}}
              b: {http: {url: "https://h/x", connection: c}}
              c: {http: {url: "https://${{ run.id }}/x", method: PATCH, headers: {A: "x\\ny"}}}
              d: {http: {url: "https://h", method: get, body: x, expect: [20], effect: never, headers: {"a b": c}}}
              e: {http: {}}
            """,
            .refused,
            "3:19: jobs.a.http.url: the host is missing; begin with https:// and the host, or name a connection",
            "4:19: jobs.b.http.url: the connection gives the host; write the path only, beginning with /",
            "5:19: jobs.c.http.url: the host is not written out; expressions may stand in the path and the query only",
            "5:74: jobs.c.http.headers.A: a header is one line; remove the line break",
            "6:40: jobs.d.http.method: expected one of GET, HEAD, POST, PUT, PATCH, DELETE, found the string \"get\"; did you "
                + "mean GET?",
            "6:51: jobs.d.http.body: a GET request has no body; write method: POST",
            "6:63: jobs.d.http.expect[0]: 20 is out of range, allowed are 100 to 599",
            "6:76: jobs.d.http.effect: expected one of none, idempotent, once, found the string \"never\"",
            "6:93: jobs.d.http.headers.\"a b\": \"a b\" is no name of a header",
            "7:13: jobs.e.http: url is missing"
        ),
        BadFile(
            "name: w\njobs: {a: {http: {url: \"https://h/\", body: x}}}\n",
            .refused,
            "2:44: jobs.a.http.body: a GET request has no body; write method: POST"
        ),
        BadFile(
            """
            name: w
            jobs:
              a: {llm: {model: gpt, prompt: 1, tools: [], limits: {turns: 1}, temperature: hot}}
              b: {llm: {model: openai/ , prompt: " ", max_output_tokens: 0, output: text}}
              c: {llm: {model: "Open/x"}}
            """,
            .refused,
            "3:20: jobs.a.llm.model: expected connection/model, found the string \"gpt\"; as in openai/gpt-4o",
            "3:33: jobs.a.llm.prompt: expected a text, found the integer 1; put it in quotes",
            "3:36: jobs.a.llm.tools: unknown key \"tools\"; known here: model, instructions, prompt, images, files, "
                + "choose, output, limits, temperature, max_output_tokens, reasoning, cache, batch",
            "3:56: jobs.a.llm.limits.turns: unknown key \"turns\"; known here: time, requests, usd",
            "3:80: jobs.a.llm.temperature: expected a number, found the string \"hot\"",
            "4:20: jobs.b.llm.model: expected connection/model, found the string \"openai/\"; as in openai/gpt-4o",
            "4:38: jobs.b.llm.prompt: the text is empty",
            "4:62: jobs.b.llm.max_output_tokens: 0 is out of range, allowed are 1 to 1000000",
            "4:73: jobs.b.llm.output: expected a JSON Schema, found the string \"text\"",
            "5:12: jobs.c.llm: prompt is missing",
            "5:20: jobs.c.llm.model: expected connection/model, found the string \"Open/x\"; as in openai/gpt-4o"
        ),
    ]

    /// Agents and their tools.
    static let tools: [BadFile] = [
        BadFile(
            """
            name: w
            jobs:
              a:
                agent:
                  model: m/x
                  prompt: x
                  skills: [Writing]
                  tools:
                    - sql: {connection: c, tables: [], max_bytes: 10}
                    - command: {name: d, run: [x], limits: {memory: 1KiB, cpu: 10ms, output: lots}}
                    - files: {access: all}
                    - agent: {name: e, model: m/x, tools: [{agent: {name: f, prompt: x}}]}
            """,
            .refused,
            "7:16: jobs.a.agent.skills[0]: \"Writing\" is no name: it does not begin with a to z; "
                + "a name begins with a to z, and goes on with a to z, 0 to 9, _ and -, up to 63 in all",
            "9:40: jobs.a.agent.tools[0].sql.tables: the list is empty, so no table is allowed",
            "9:55: jobs.a.agent.tools[0].sql.max_bytes: expected a number of bytes, found the integer 10; "
                + "write a whole number with its unit, such as 64KiB, 512MiB or 2GiB",
            "10:57: jobs.a.agent.tools[1].command.limits.memory: 1KiB is out of range, allowed are 1MiB to 1024GiB",
            "10:68: jobs.a.agent.tools[1].command.limits.cpu: 10ms is out of range, allowed are 1s to 365d",
            "10:82: jobs.a.agent.tools[1].command.limits.output: expected a number of bytes, found the string \"lots\"; "
                + "write a whole number with its unit, such as 64KiB, 512MiB or 2GiB",
            "11:27: jobs.a.agent.tools[2].files.access: expected one of read, write, found the string \"all\"",
            "12:56: jobs.a.agent.tools[3].agent.tools[0].agent: model is missing; as in model: openai/gpt-4o",
            "12:66: jobs.a.agent.tools[3].agent.tools[0].agent.prompt: unknown key \"prompt\"; known here: name, "
                + "description, model, instructions, tools, output, limits, temperature, max_output_tokens, reasoning, "
                + "cache, skills"
        ),
        BadFile(
            """
            name: w
            jobs:
              a:
                agent:
                  model: m/x
                  prompt: x
                  tools:
                    - mcp: {connection: c, allow: [a], deny: [a]}
                    - mcp: {allow: [], effect: {a: twice}, offer: [all]}
                    - openapi: {connection: d, offer: [tools]}
                    - mcp: {connection: c}
            """,
            .refused,
            "8:50: jobs.a.agent.tools[0].mcp.deny: \"a\" is allowed and denied; leave it out of one of the lists",
            "9:16: jobs.a.agent.tools[1].mcp: connection is missing",
            "9:24: jobs.a.agent.tools[1].mcp.allow: the list is empty, so no tool is offered; leave allow out to offer all",
            "9:40: jobs.a.agent.tools[1].mcp.effect.a: expected one of none, idempotent, once, found the string \"twice\"",
            "9:56: jobs.a.agent.tools[1].mcp.offer[0]: expected one of tools, resources, prompts, found the string \"all\"",
            "10:36: jobs.a.agent.tools[2].openapi.offer: unknown key \"offer\"; known here: connection, allow, deny, effect, unknown, timeout",
            "11:11: jobs.a.agent.tools[3]: the tools of connection c are there twice; name it once"
        ),
        BadFile(
            """
            name: w
            jobs:
              a:
                agent:
                  prompt: x
                  temperature: 3
                  tools:
                    - skill: {}
                    - http: {name: n}
                    - http: {name: m, url: https://a.b, hosts: [x]}
                    - {}
                    - command: {name: c, run: [x], parameters: {type: string}}
                    - command: {name: C-, run: x, effect: twice}
                    - {sql: {connection: c}, command: {}}
                    - http: {name: p, hosts: ["https://h"], methods: []}
                    - http: {name: q, url: /x, methods: [GTE]}
                    - text
                  output: {type: object, properties: {risk: {type: strin}}}
                  limits: {turns: 0, usd: -1}
            """,
            .refused,
            "5:7: jobs.a.agent: model is missing; as in model: openai/gpt-4o",
            "6:20: jobs.a.agent.temperature: 3 is out of range, allowed are 0 to 2",
            "8:11: jobs.a.agent.tools[0].skill: unknown key \"skill\"; skill is not supported by this version yet",
            "9:17: jobs.a.agent.tools[1].http: the tool does not say where requests go; write one of connection, url, hosts",
            "10:17: jobs.a.agent.tools[2].http: the tool has url and hosts; write one of connection, url, hosts",
            "11:11: jobs.a.agent.tools[3]: the tool is empty; write one of sql, http, command, files, agent, ask, mcp, openapi, tool",
            "12:52: jobs.a.agent.tools[4].command.parameters: the schema of a tool's parameters is one of an object; write "
                + "type: object",
            "13:27: jobs.a.agent.tools[5].command.name: \"C-\" is no name: it does not begin with a to z; \(rule)",
            "13:36: jobs.a.agent.tools[5].command.run: expected a list of the program and its arguments, found the string "
                + "\"x\"",
            "13:47: jobs.a.agent.tools[5].command.effect: expected one of none, idempotent, once, found the string \"twice\"",
            "14:11: jobs.a.agent.tools[6]: a tool is one of sql and command; make two tools of it",
            "15:35: jobs.a.agent.tools[7].http.hosts[0]: expected the name of a host, found the string \"https://h\"; as in "
                + "api.example.com, without https:// and path",
            "15:58: jobs.a.agent.tools[7].http.methods: the list is empty, so no method is allowed",
            "16:32: jobs.a.agent.tools[8].http.url: expected an address with a host, found the string \"/x\"; begin with "
                + "https:// and the host",
            "16:46: jobs.a.agent.tools[8].http.methods[0]: expected one of GET, HEAD, POST, PUT, PATCH, DELETE, found the "
                + "string \"GTE\"; did you mean GET?",
            "17:11: jobs.a.agent.tools[9]: expected a mapping, found the string \"text\"",
            "18:56: jobs.a.agent.output.properties.risk.type: not a valid JSON Schema: \"strin\" is no type, known are null, "
                + "boolean, integer, number, string, array, object",
            "19:23: jobs.a.agent.limits.turns: 0 is out of range, allowed are 1 to 1000",
            "19:31: jobs.a.agent.limits.usd: expected US dollars, found the integer -1; write them with at most six places, "
                + "such as 2.50"
        ),
        BadFile(
            """
            name: w
            jobs:
              a:
                agent:
                  model: c/m
                  prompt: x
                  tools:
                    - sql: {connection: w}
                    - sql: {connection: v}
                    - http: {name: sql, connection: w}
                  output: {properties: {a: {$ref: "#/$defs/b"}}, required: [c, 1]}
            """,
            .accepted,
            "9:11: jobs.a.agent.tools[1]: there are two tools named sql; give one of them another name",
            "10:11: jobs.a.agent.tools[2]: there are two tools named sql; give one of them another name",
            "11:68: jobs.a.agent.output.required[1]: not a valid JSON Schema: expected a string, found an integer"
        ),
    ]

    /// Expressions and what they refer to.
    static let references: [BadFile] = [
        BadFile(
            """
            name: w
            params: {segment: {}}
            jobs:
              a: {command: [x]}
              b:
                command: ["${{ params.segmnt }}", "${{ jobs.a.output }}", "${{ jobs.zz.output }}", "${{ nope(1) }}"]
                when: lenght(params.segment) == 1
              c:
                needs: [b]
                command: {run: [x], env: {A: "${{ jobs.a.output }}"}, cwd: "${{ jobs.c.output }}"}
              d:
                llm: {model: "${{ params.m }}", prompt: "a ${{ params.segment", instructions: "${{ }}"}
              e:
                http: {method: POST, url: "/x/${{ foo.bar }}", connection: c, body: {a: ["${{ params.q }}"]}}
              f:
                sql: {connection: c, query: "SELECT ${{ params.segment == }}"}
            """,
            .accepted,
            "6:15: jobs.b.command[0]: there is no param \"segmnt\"; did you mean segment?",
            "6:39: jobs.b.command[1]: the output of a is read, but b does not need it; add a to needs",
            "6:63: jobs.b.command[2]: there is no job \"zz\"; known here: a, b, c, d, e, f",
            "6:88: jobs.b.command[3]: not a valid expression: there is no function \"nope\" at character 5; known here: "
                + "length, contains, default, json, lower, upper, join, pluck, sum, min, max, starts_with, ends_with",
            "7:11: jobs.b.when: \"lenght(params.segment) == 1\" is no expression: there is no function \"lenght\" at "
                + "character 1; did you mean length?",
            "10:34: jobs.c.command.env.A: the output of a is read, but c does not need it; add a to needs",
            "10:64: jobs.c.command.cwd: the job reads its own output",
            "12:18: jobs.d.llm.model: there is no param \"m\"; known here: segment",
            "12:45: jobs.d.llm.prompt: not a valid expression: ${{ is not closed at character 3; add }}",
            "12:83: jobs.d.llm.instructions: not a valid expression: the expression is empty at character 5",
            "14:31: jobs.e.http.url: not a valid expression: \"foo\" is unknown at character 8; values begin with params, "
                + "jobs or run; texts stand in quotes",
            "14:78: jobs.e.http.body.a[0]: there is no param \"q\"; known here: segment",
            "16:33: jobs.f.sql.query: not a valid expression: expected a value, found the end at character 30"
        )
    ]

    /// What is said to models.
    static let models: [BadFile] = [
        BadFile(
            """
            name: w
            jobs:
              a: {command: [x]}
              b:
                llm:
                  model: []
                  prompt: p
                  images: ["http://h/a.png", nothing, a/x.png]
                  files: [{type: pdf}, {from: "https://h/a", of: x}]
                  choose: [x]
                  output: {}
                  reasoning: hard
                  cache: 1
              c:
                agent: {model: [c/m, d], prompt: p}
              d:
                llm: {model: [c/m, c/n], prompt: p, choose: {x: "", y: b}, batch: true, limits: {time: 1m}}
            """,
            .refused,
            "6:14: jobs.b.llm.model: the list is empty; write the models in the order in which they "
                + "are to be asked",
            "8:16: jobs.b.llm.images[0]: \"http://h/a.png\" is no address that can be shown; it must "
                + "begin with https://",
            "8:34: jobs.b.llm.images[1]: \"nothing\" names no file; write an https address, a data: "
                + "address, or JOB/PATH of an artifact",
            "8:43: jobs.b.llm.images[2]: the output of a is read, but b does not need it; add a to needs",
            "9:15: jobs.b.llm.files[0]: from is missing; an https address, a data: address, or "
                + "JOB/PATH of an artifact",
            "9:22: jobs.b.llm.files[0].type: \"pdf\" is no media type; as in application/pdf",
            "9:50: jobs.b.llm.files[1].of: unknown key \"of\"; known here: from, type, name",
            "10:15: jobs.b.llm.choose: there is nothing to choose between one; write at least two",
            "11:15: jobs.b.llm.output: a job that chooses has no output of another shape; remove "
                + "output or choose",
            "12:18: jobs.b.llm.reasoning: expected one of none, minimal, low, medium, high, found the "
                + "string \"hard\"",
            "13:14: jobs.b.llm.cache: expected true or false, found the integer 1; write true or false",
            "15:26: jobs.c.agent.model[1]: expected connection/model, found the string \"d\"; as in "
                + "openai/gpt-4o",
            "17:18: jobs.d.llm.model: a call in a batch has one model; name one model, or remove batch",
            "17:53: jobs.d.llm.choose.x: the text is empty",
            "17:92: jobs.d.llm.limits.time: a batch takes as long as its provider needs, up to a day; remove time, or "
                + "batch"
        )
    ]
}
