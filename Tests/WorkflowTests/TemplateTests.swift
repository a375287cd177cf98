import JobModel
import Testing

@testable import Workflow

@Suite struct TemplateTests {
    @Test(
        arguments: [
            ("plain", "plain"),
            ("", ""),
            ("${{ params.limit }}", 20),
            ("${{params.list}}", ["a", 2, nil]),
            (" ${{ params.limit }}", " 20"),
            ("a ${{ params.segment }} b ${{ params.list }}", "a enterprise b [\"a\",2,null]"),
            ("${{ params.limit }}${{ params.on }}", "20true"),
            ("${{ '}}' }}", "}}"),
            ("${{ '${{' }} x", "${{ x"),
            ("$ { {{ }} ${ {", "$ { {{ }} ${ {"),
            ("$${{ 1 }}", "$1"),
            ("${{ 'a\n' }}é${{ 'b' }}", "a\néb"),
            ("${{ params.none }}", nil),
            ("${{ params.none }}.", "null."),
        ] as [(String, JSONValue)]
    )
    func evaluates(_ text: String, _ expected: JSONValue) throws {
        #expect(try Template(parsing: text).evaluate(in: ExpressionTests.context) == expected)
    }

    @Test(arguments: [
        ("${{", "the expression is empty at character 4"),
        ("${{ 1", "${{ is not closed at character 1"),
        ("ab ${{ 1 }", "\"}\" has no meaning here at character 10"),
        ("ab ${{ }}", "the expression is empty at character 8"),
        ("${{ 1 }} ${{ x }}", "\"x\" is unknown at character 14"),
        ("${{ '}} ", "the string is not closed at character 5"),
    ])
    func saysWhereAnExpressionIsWrong(_ text: String, _ message: String) {
        let error = #expect(throws: ExpressionSyntaxError.self) { try Template(parsing: text) }
        #expect(error?.description == message)
    }

    @Test func knowsItsLiteralAndItsExpressions() throws {
        #expect(try Template(parsing: "abc").literal == "abc")
        #expect(try Template(parsing: "${{ 1 }}").literal == nil)
        #expect(
            try Template(parsing: "a${{ params.a }}b${{ run.id }}").expressions.map(\.source) == ["params.a", "run.id"]
        )
        #expect(try Template(parsing: "a${{ params.a }}b").references == [.param("a")])
    }

    @Test func boundsItsText() throws {
        let long = JSONValue.string(String(repeating: "x", count: 9 << 20))
        let template = try Template(parsing: "${{ params.long }}${{ params.long }}")
        let error = #expect(throws: ExpressionError.self) {
            try template.text(in: ExpressionContext(params: ["long": long]))
        }
        #expect(error?.reason == .textTooLong)
    }

    /// Each of its texts may be as long as a text may be.
    @Test func boundsAWholeValue() throws {
        let long = JSONValue.string(String(repeating: "x", count: 9 << 20))
        let context = ExpressionContext(params: ["long": long])
        let lone = TemplateValue.text(try Template(parsing: "${{ params.long }}"))
        let text = TemplateValue.text(try Template(parsing: "a ${{ params.long }}"))
        func value(_ count: Int) -> TemplateValue {
            .object([
                .init(key: "a", value: .array(Array(repeating: lone, count: count))),
                .init(key: "b", value: .array(Array(repeating: text, count: count))),
            ])
        }
        #expect(try value(3).evaluate(in: context)["b"]?.arrayValue?.count == 3)
        let error = #expect(throws: ExpressionError.self) { try value(4).evaluate(in: context) }
        #expect(
            error?.description.hasSuffix("it makes the value larger than 67108864 bytes") == true,
            "\(error as Any)"
        )
    }

    @Test func structuresKeepTheTypesOfTheirExpressions() throws {
        let job = try definition(
            """
            name: w
            params: {limit: {}, list: {}}
            jobs:
              a:
                http:
                  method: POST
                  url: https://h/
                  body:
                    one: ${{ params.limit }}
                    text: "up to ${{ params.limit }}"
                    deep: [1, null, true, 1.5, {list: "${{ params.list }}"}, "no"]
            """
        ).jobs[0]
        guard case .http(let http) = job.kind else {
            Issue.record("the job is no request")
            return
        }
        #expect(
            try http.body?.evaluate(in: ExpressionTests.context) == [
                "one": 20, "text": "up to 20", "deep": [1, nil, true, 1.5, ["list": ["a", 2, nil]], "no"],
            ]
        )
    }
}
