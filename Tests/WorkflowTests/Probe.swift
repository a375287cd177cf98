import Testing
@testable import Workflow
@Suite struct Probe {
  @Test func probe() throws {
    for text in inputs {
      print("-----\n\(text)\n=>")
      do { let d = try WorkflowFile.parse(Array(text.utf8), name: "f.yaml"); print(d.jobs.map(\.name), d.graph.order) }
      catch { print(error) }
    }
  }
}
let tail = "jobs: {a: {command: [x]}}\n"
let inputs: [String] = [
"name: w\njobs:\n  a: {command: [echo, hi]}\n",
"", "# only\n", "---\n", "42\n", "- a\n", "name: w\n---\nname: x\n",
"name: w\nname: v\nname: u\njobs:\n  a: {command: [x]}\n  a: {command: [y]}\n",
"name: w\njobs:\n  a: &x {command: [x]}\n  b: *x\n  c:\n    <<: *x\n",
"name: w\n? a\n: b\n", "name: !!str w\njobs: {a: {command: [x]}, b: {command: [y], when: !params.x}}\n",
"name: w\njobs:\n\ta: 1\n", "name: w\njobs: [\n", "name: \"w\njobs: x", "name: w\ndescription: a: b\n" + tail,
"name: w\ndescription: @x\n" + tail,
"name: Wrong Name\nteam: 1\nparms: {}\ntriggers: []\n" + tail,
"name: w\nparams:\n  a: {type: strng}\n  b: {type: integer, default: no}\n  C: {}\n  d: {type: string, enum: [x, y], default: z}\n  e: {default: 5}\n  f: {default: a, required: true}\n  g: {enum: []}\n" + tail,
"name: w\njobs:\n  a: {command: [x], needs: [b]}\n  b: {command: [x], needs: [c]}\n  c: {command: [x], needs: [a]}\n  d: {command: [x], needs: [d]}\n  e: {command: [x], needs: [a]}\n",
"name: w\njobs:\n  a: {command: [x], needs: [bb, extrct, bb]}\n  extract: {command: [x]}\n",
"name: w\njobs:\n  a: {}\n  b: {agnet: {}}\n  c: {command: [x], sql: {}}\n  d: {approval: {}}\n  e:\n  f: {command: echo hi}\n  g: {command: []}\n",
"name: w\njobs:\n  a:\n    agent:\n      prompt: x\n      temperature: 3\n      tools:\n        - mcp: {}\n        - sql: {connection: w}\n        - sql: {connection: w}\n        - http: {name: n}\n        - http: {name: m, url: https://a.b, hosts: [x]}\n        - {}\n        - command: {name: c, run: [x], parameters: {type: string}}\n        - command: {name: C-, run: x}\n      output: {type: object, properties: {risk: {type: strin}}}\n      limits: {turns: 0, usd: 1}\n    retry: {attempts: 0, delay: 30, max: 1s}\n    timeout: 5 minutes\n    priority: high\n    queue: Big\n",
"name: w\nparams: {segment: {}}\njobs:\n  a: {command: [x]}\n  b:\n    command: [\"${{ params.segmnt }}\", \"${{ jobs.a.output }}\", \"${{ jobs.zz.output }}\", \"${{ nope(1) }}\", \"${{ lower() }}\", \"${{ a\", \"${{ }}\", \"${{ foo.bar }}\", \"${{ jobs.b.output }}\", \"${{ params.segment == }}\"]\n    when: ${{ true }}\n",
"name: w\njobs:\n  a: {sql: {connection: w, query: \"select '${{ run.id }}' \"}}\n  b: {sql: {connection: w, query: \"select $1, ${{ run.id }}\"}}\n  c: {sql: {connection: w, query: \"select t_${{ run.id }}\"}}\n",
"name: w\njobs:\n  a: {http: {url: /x}}\n  b: {http: {url: \"https://h/x\", connection: c}}\n  c: {http: {url: \"https://${{ run.id }}/x\"}}\n  d: {http: {url: \"https://h\", method: get, body: x, expect: [20], effect: never, headers: {\"a b\": c}}}\n",
]
