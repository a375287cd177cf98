import JobModel

/// Files in which what a job does is said wrongly.
extension BadFile {
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
              g: {command: {run: [x], connections: [openai], approve: [{models: [opena/m]}]}}
              h: {command: {run: [x], approve: [{steps: [s]}]}}
              i: {command: {run: [x], steps: true, approve: [{steps: [s], when: "tool == 's'"}]}}
              j: {command: {run: [x], connections: [c], approve: [{models: [c/m], effect: none}, {models: [c/m], steps: [s]}]}}
              k: {agent: {model: c/m, prompt: x, approve: [{models: [c/m]}]}}
            """,
            .refused,
            "3:36: jobs.a.command.network: there is nothing that the program could reach; add connections, tools or steps: true",
            "4:49: jobs.b.command.network: expected one of gateway, found the string \"host\"",
            "5:36: jobs.c.command.approve: there are no tools whose calls people could approve; add tools, or write which models or steps the rule is about",
            "6:34: jobs.d.command.tools: the tool f is one for agents; a program has sql, http, command, mcp, openapi",
            "7:69: jobs.e.command.approve: the output of a program is not approved; add a job of the kind approval behind it",
            "8:46: jobs.f.command.limits.requests: 0 is out of range, allowed are 1 to 1000000",
            "9:59: jobs.g.command.approve: the program has no connection \"opena\" whose models people could approve; did you mean openai?",
            "10:36: jobs.h.command.approve: there are no steps that people could approve; add steps: true",
            "11:69: jobs.i.command.approve[0].when: tool is not known here; this rule knows arguments",
            "12:79: jobs.j.command.approve[0].effect: calls of models have no effect; leave it out",
            "12:109: jobs.j.command.approve[1].steps: a rule is about models or about steps; make two rules of it",
            "13:47: jobs.k.agent.approve: models and steps are what programs have; an agent's rules are about tools or output: true"
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
            "14:20: jobs.a.agent.approve[3].output: a rule is about tools or about output; make two rules of it",
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
            "8:25: jobs.f.command.shell: unknown key \"shell\"; known here: run, env, cwd, input, output, limits, connections, "
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
}
