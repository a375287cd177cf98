import Workflow

extension FuzzTarget {
    /// The reader of workflow files.
    static let workflow = FuzzTarget(
        name: "workflow",
        seeds: {
            ["Examples/churn-report/workflow.yaml", "Examples/triage/workflow.yaml"].compactMap(ProjectFile.read) + own
        },
        words: [
            "[", "]", "{", "}", ": ", "- ", "? ", "&a ", "*a", "<<: ", "!x ", "!!str ", "|\n", ">2\n", "\"", "'", "#",
            "\t", "\n", "\n  ", "${{", "}}", "jobs.a.output", "params.p", "name: ", "jobs: ", "needs: ", "when: ",
            "agent: ", "llm: ", "command: ", "sql: ", "http: ", "retry: ", "timeout: ", "output: ", "tools: ", "---\n",
            "...\n", "%YAML 1.1\n", "null", "~", "true", "type: ", "default: ", "enum: ", "pattern: ", "$ref: ", "(?=",
        ],
        read: { input in
            do throws(WorkflowFaults) {
                let definition = try WorkflowFile.parse(input, name: "f")
                return "jobs \(definition.jobs.count)"
            } catch {
                require(!error.faults.isEmpty && error.faults.count <= 201, "\(error.faults.count) faults")
                let again = Result { () throws(WorkflowFaults) in try WorkflowFile.parse(input, name: "f") }
                if input.count < 2_000, case .failure(let other) = again {
                    require(other.description == error.description, "other faults the second time")
                }
                return outcome(error.faults[0].message)
            }
        }
    )

    private static let own: [[UInt8]] = [
        "name: w\njobs: {a: {command: [x]}}\n",
        """
        name: w
        team: growth
        description: "R&D *now*?"
        params:
          a: {type: integer, default: 1, enum: [1, 2]}
          d: {type: object, default: {x: [1, null]}}
        jobs:
          a:
            command: {run: [echo, 1.10, true, "${{ params.a }}"], env: {A_1: 1.50, _b: "${{ run.id }}"}, output: json}
            retry: {attempts: 2, delay: 0s, max: 1d}
            timeout: 365d
            queue: heavy_1
          b:
            needs: [a]
            when: "!(length(jobs.a.output) == 0) && params.a > 1"
            sql: {connection: w, query: "SELECT '${{ params.a }}', $1 -- x"}
          c:
            needs: [a, b]
            agent:
              model: c/m
              prompt: "${{ jobs.a.output[0]['k'].x }}"
              tools:
                - sql: {connection: w, access: read}
                - command: {name: n, run: [x], effect: once, parameters: {type: object, properties: {a: {pattern: "^[a-z]{2,9}$"}}}}
                - http: {name: h, connection: c, effect: none, method: GET, path: "/x"}
              output: {type: object, properties: {r: {$ref: "#/$defs/r"}}, $defs: {r: {enum: [low, high]}}}
              limits: {turns: 30}
          d: {needs: [c], http: {url: "https://x.test/${{ params.a }}?q=1", method: POST, body: {a: ["${{ run.id }}"]}}}
        """,
    ].map { Array($0.utf8) }
}
