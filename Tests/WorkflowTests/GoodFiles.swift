/// Files that are right, beside the examples of docs/workflow.md.
enum GoodFiles {
    static let all: [String] = [
        "name: w\njobs: {a: {command: [x]}}",
        "\u{FEFF}name: w\njobs: {a: {command: [x]}}\n",
        "name: w\r\njobs:\r\n  a:\r\n    command: [x]\r\n",
        "name: w\njobs: {a: {llm: {model: c/m, prompt: p, batch: true, limits: {usd: 1}}}}",
        "name: w\njobs: {a: {command: {run: [x], limits: {memory: 1GiB, total_memory: 2GiB}}}}",
        """
        name: w
        jobs:
          a:
            agent:
              model: c/m
              prompt: p
              tools: [{agent: {name: e, model: c/m, limits: {turns: 1, tokens: 9, time: 1m, repeated_calls: 1, repeated_cycles: 1}}}]
              limits: {usd: 1, requests: 9, repeated_cycles: 1}
        """,
        "---\nname: w\njobs: {a: {command: [x]}}\n...\n",
        #"{"name": "w", "jobs": {"a": {"command": ["x"]}}}"#,
        """
        name: w
        params: {day: {}, count: {type: integer, default: 1}, at: {type: integer, required: false}}
        triggers:
          - cron: "0 6 * * MON-FRI"
            timezone: America/New_York
            start: 2026-01-01
            end: 2026-12-31T12:00
            except: [12-25, 2026-07-03..2026-07-04]
            jitter: 5m
            catchup: all
            overlap: queue-one
            params: {day: "${{ trigger.date }}", at: "${{ trigger.timestamp }}"}
          - {cron: "15 30 6 L * *", params: {day: "${{ trigger.schedule }} ${{ trigger.due_at }}", count: 2}}
          - {every: 90m, name: often, only: [sat, sun], params: {day: x}, overlap: cancel-running, catchup: none}
          - {dates: [2026-05-01T06:30, 2026-06-01T06:30:00+02:00], params: {day: y}}
        jobs: {a: {command: [x]}}
        """,
        """
        name: w
        params: {day: {required: false}, orders: {type: array, default: []}}
        triggers:
          - asset: warehouse/churn_events
          - {asset: raw/a.csv, max_active: 1, name: one, params: {orders: "${{ trigger.events }}"}}
          - any: [a, {all: [b:1, {event: order.paid}]}, {asset: c}]
            gather: partition
            where: event.partition != '2026-01-01' && default(event.metadata.rows, 0) > 3
            params: {day: "${{ trigger.partition }}"}
          - {event: order.paid, where: event.data.sum > 100, gather: all, params: {day: "${{ trigger.event.key }}"}}
          - cron: "@daily"
        jobs:
          a:
            command: [x]
            produces:
              - reports/churn
              - "reports/${{ params.day }}"
              - {asset: reports/rows, partition: "${{ params.day }}", metadata: {rows: "${{ output.rows }}", by: [1, x]}}
          b: {map: "${{ params.orders }}", command: [x], produces: [{asset: orders, partition: "${{ item.key }}"}]}
        """,
        """
        # Quotes, stars, ampersands and question marks inside texts are only texts.
        name: w
        description: "R&D *now*?"
        params:
          who: {type: string, default: "*"}
          why: {default: a & b, description: what? & *why*}
        jobs:
          a:
            command: ["&x", '*x', x&y, "?", a*b, ?x]
            when: params.who == '*' && params.why != '?'
          b:
            needs: [a]
            llm:
              model: c/m
              prompt: |
                * a list
                & more
                ? really [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
                int *p = &q; ${{ jobs.a.output && true }}
        """,
        """
        name: w
        params: {i: {}}
        jobs:
          a: {command: [x]}
          b:
            needs: [a]
            llm:
              model: [c/m, "d/${{ params.i }}", e/n/o]
              prompt: p
              images: [https://h/a, "${{ params.i }}", a/b/c.png, "data:image/png;base64,AA=="]
              files:
                - a/b.pdf
                - {from: a/b, type: application/pdf, name: B}
              choose: [x, y]
              reasoning: none
              cache: true
          c:
            agent: {model: [c/m], prompt: p, reasoning: high, cache: false}
          d:
            llm: {model: c/m, prompt: p, choose: {x: The first., y: The second.}}
        """,
        """
        name: w
        team: growth
        params:
          a: {type: integer, default: 1, enum: [1, 2]}
          b: {type: number, default: 1}
          c: {type: boolean, default: false}
          d: {type: object, default: {x: [1, null]}}
          e: {type: array, default: []}
          f: {required: false, description: ""}
          g: {required: true}
          h: {required: false, default: no}
          i:
            type: string
        jobs:
          a:
            command: {run: [echo, 1.10, true, "", "${{ params.a }}"], env: {A_1: 1.50, _b: "${{ run.id }}"}, cwd: x, input: [1, "${{ params.a }}"], output: json}
            retry: {attempts: 1, delay: 0s, max: 1d}
            timeout: 365d
            queue: heavy_1
            priority: -1000
            budget: {usd: "2.50", on_exceeded: hold}
          b:
            needs: [a, c]
            when: "!(length(jobs.a.output) == 0)"
            sql: {connection: w, query: SELECT 1, access: write, max_rows: 100000}
          c:
            needs: [a]
            when: true
            agent:
              model: ${{ params.i }}
              prompt: "${{ jobs.a.output[0]['k'].x }}"
              tools:
                - sql: {connection: w, access: write, name: db, description: The data., max_rows: 1}
                - sql: {connection: w}
                - http: {name: a, connection: c, effect: once}
                - http: {name: b, url: https://h/x, methods: [GET, PUT]}
                - http: {name: c, hosts: [a.b-c.d, localhost], effect: none}
                - command: {name: d, run: [x, "${{ params.a }}"], effect: none, timeout: 250ms}
              output: {$ref: "#/$defs/x", $defs: {x: {type: [string, "null"], pattern: "^a"}}}
              limits: {turns: 1, tokens: 1000, time: 1m, repeated_calls: 1, requests: 9, usd: 0.000001}
              temperature: 0.5
              max_output_tokens: 1
          d:
            needs: [b]
            http:
              url: "https://h:8080/x/${{ jobs.a.output }}?y=${{ jobs.b.output }}"
              headers: {X-A: 1, Accept: "${{ params.g }}"}
              expect: [200, 404]
              effect: once
              method: DELETE
        """,
    ]
}
