/// Files whose agents, expressions or models are wrong.
extension BadFile {
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
                    - files: {}
                    - command: {name: read_files, run: [x]}
                    - http: {name: describe_sql, connection: w}
                    - http: {name: files, connection: w}
                  output: {properties: {a: {$ref: "#/$defs/b"}}, required: [c, 1]}
            """,
            .accepted,
            "9:11: jobs.a.agent.tools[1]: there are two tools named sql; give one of them another name",
            "10:11: jobs.a.agent.tools[2]: there are two tools named sql; give one of them another name",
            "12:11: jobs.a.agent.tools[4]: there are two tools named read_files; give one of them another name",
            "13:11: jobs.a.agent.tools[5]: there are two tools named describe_sql; give one of them another name",
            "14:11: jobs.a.agent.tools[6]: there are two tools named files; give one of them another name",
            "15:68: jobs.a.agent.output.required[1]: not a valid JSON Schema: expected a string, found an integer"
        ),
        BadFile(
            """
            name: w
            jobs:
              a:
                agent:
                  model: c/m
                  prompt: x
                  tools: [{agent: {name: e, model: c/m, limits: {usd: 1, requests: 3, repeated_cycles: 2}}}]
                  limits: {usd: 1, requests: 3}
            """,
            .refused,
            "7:59: jobs.a.agent.tools[0].agent.limits.usd: an agent that is a tool spends what its job may; write usd into "
                + "the limits of the job's own agent",
            "7:72: jobs.a.agent.tools[0].agent.limits.requests: an agent that is a tool spends what its job may; write "
                + "requests into the limits of the job's own agent"
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
              e: {llm: {model: c/m, prompt: p, choose: []}}
              f: {llm: {model: c/m, prompt: p, choose: {}}}
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
                + "batch",
            "18:44: jobs.e.llm.choose: there is nothing to choose between; write at least two",
            "19:44: jobs.f.llm.choose: there is nothing to choose between; write at least two"
        )
    ]
}
