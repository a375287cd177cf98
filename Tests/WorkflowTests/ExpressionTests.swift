import JobModel
import Testing

@testable import Workflow

@Suite struct ExpressionTests {
    static let context = ExpressionContext(
        params: ["segment": "enterprise", "limit": 20, "rate": 0.5, "on": true, "none": nil, "list": ["a", 2, nil]],
        run: ["id": 7, "workflow": "churn-report"],
        outputs: [
            "analyze": [
                "risk": "high", "score": 3, "tags": ["x", "y"], "odd key": 1, "nested": ["rows": [["n": 1], ["n": 2]]],
            ],
            "text-job": "héllo",
        ]
    )

    @Test(
        arguments: [
            ("params.segment", "enterprise"),
            ("params.none", nil),
            ("run.id", 7),
            ("run.workflow", "churn-report"),
            ("jobs.analyze.output.risk", "high"),
            ("jobs.analyze.output['odd key']", 1),
            ("jobs.analyze.output.nested.rows[1].n", 2),
            ("jobs.analyze.output.nested.rows[default(params.none, 0)].n", 1),
            ("jobs.text-job.output", "héllo"),
            (#"'it\'s \\ \"q\"\n\t'"#, "it's \\ \"q\"\n\t"),
            ("\"double\"", "double"),
            ("-1.5e2", -150.0),
            ("12", 12),
            ("true", true),
            ("null", nil),
            ("1 == 1.0", true),
            ("'1' == 1", false),
            ("params.list == params.list", true),
            ("params.limit != 20", false),
            ("2 < 10", true),
            ("'2' < '10'", false),
            ("9007199254740993 > 9007199254740992", true),
            ("1.5 >= 1", true),
            ("1 <= 1", true),
            ("true || params.segment", true),
            ("false && params.segment", false),
            ("true && false || true", true),
            ("!params.on", false),
            ("!!params.on", true),
            ("!(1 == 2) && !false", true),
            ("(jobs.analyze.output).risk", "high"),
            ("length('héllo')", 5),
            ("length(params.list)", 3),
            ("length(jobs.analyze.output)", 5),
            ("contains('enterprise', 'prise')", true),
            ("contains('aabaac', 'aac')", true),
            ("contains('x', '')", true),
            ("contains(params.list, 2)", true),
            ("contains(params.list, 'z')", false),
            ("contains(jobs.analyze.output, 'risk')", true),
            ("starts_with(params.segment, 'ent')", true),
            ("ends_with(params.segment, 'ise')", true),
            ("ends_with('a', 'ba')", false),
            ("upper(params.segment)", "ENTERPRISE"),
            ("lower('ÄB')", "äb"),
            ("join(params.list, ', ')", "a, 2, null"),
            ("join(jobs.analyze.output.tags, '')", "xy"),
            ("json(jobs.analyze.output.tags)", #"["x","y"]"#),
            ("json('a')", #""a""#),
            ("default(jobs.skipped.output.risk, 'low')", "low"),
            ("default(jobs.analyze.output.nope.deeper, 1)", 1),
            ("default(params.none, params.limit)", 20),
            ("default(params.on, false)", true),
            ("default(jobs.skipped.output, jobs.analyze.output).risk", "high"),
        ] as [(String, JSONValue)]
    )
    func evaluates(_ text: String, _ expected: JSONValue) throws {
        #expect(try Expression(parsing: text).evaluate(in: Self.context) == expected)
    }

    @Test(arguments: [
        (
            "jobs.skipped.output",
            "jobs.skipped.output is missing; default(jobs.skipped.output, …) gives another value instead"
        ),
        (
            "jobs.analyze.output.a.b",
            "jobs.analyze.output.a is missing; default(jobs.analyze.output.a, …) gives another value instead"
        ),
        (
            "jobs.analyze.output.tags[2]",
            "jobs.analyze.output.tags[2] is missing; default(jobs.analyze.output.tags[2], …) gives another value instead"
        ),
        (
            "jobs.analyze.output['no key']",
            "jobs.analyze.output[\"no key\"] is missing; default(jobs.analyze.output[\"no key\"], …) gives another value instead"
        ),
        ("params.none.x", "params.none.x is missing; default(params.none.x, …) gives another value instead"),
        ("params.list[-1]", "params.list[-1] is missing; default(params.list[-1], …) gives another value instead"),
        ("params.segment.x", "params.segment.x looks into a string with a string"),
        ("params.list.x", "params.list.x looks into an array with a string"),
        ("params.list[1.5]", "params.list[1.5] looks into an array with a number"),
        ("params.limit && true", "&& needs true or false, found an integer"),
        ("false || null", "|| needs true or false, found null"),
        ("!params.segment", "! needs true or false, found a string"),
        ("params.limit < 'a'", "< compares two numbers or two strings, found an integer and a string"),
        ("true >= false", ">= compares two numbers or two strings, found a boolean and a boolean"),
        ("length(1)", "length needs a string, an array or an object, found an integer"),
        ("contains('a', 1)", "contains does not look for an integer in a string"),
        ("lower(1)", "lower does not take an integer"),
        ("join('a', 'b')", "join does not take a string and a string"),
        ("default(lower(1), 2)", "lower does not take an integer"),
    ])
    func namesTheExpressionThatHasNoValue(_ text: String, _ reason: String) throws {
        let expression = try Expression(parsing: "  \(text) ")
        let error = #expect(throws: ExpressionError.self) { try expression.evaluate(in: Self.context) }
        #expect(error?.expression == text)
        #expect(error?.description == "the expression \(quoted(text)) has no value: \(reason)")
    }

    @Test(arguments: [
        ("", "the expression is empty at character 1"),
        ("  ", "the expression is empty at character 3"),
        ("a", "\"a\" is unknown at character 1"),
        ("param.x", "\"param\" is unknown at character 1"),
        ("params", "expected ., found the end at character 7"),
        ("params.", "expected the name of a param, found the end at character 8"),
        ("params['x']", "expected ., found [ at character 7"),
        ("jobs.a", "expected output, found the end at character 7"),
        ("jobs.a.result", "expected output, found result at character 8"),
        ("trigger.due", "trigger has no \"due\" at character 9"),
        ("run.name", "run has no \"name\" at character 5"),
        ("env.X", "\"env\" is unknown at character 1"),
        ("1 == 1 == 1", "comparisons cannot be chained at character 8"),
        ("1 = 1", "\"=\" has no meaning here at character 3"),
        ("true & true", "\"&\" has no meaning here at character 6"),
        ("1 + 1", "\"+\" has no meaning here at character 3"),
        ("1 2", "2 is not expected here at character 3"),
        ("(1", "expected ), found the end at character 3"),
        ("params.x[1", "expected ], found the end at character 11"),
        ("'open", "the string is not closed at character 1"),
        (#"'\q'"#, "unknown escape \\q at character 3"),
        ("01", "\"01\" is no number at character 1"),
        ("1e999", "\"1e999\" is no number at character 1"),
        ("nope(1)", "there is no function \"nope\" at character 1"),
        ("lenght(1)", "there is no function \"lenght\" at character 1"),
        ("length()", "length takes 1 argument, found 0 at character 1"),
        ("default(1)", "default takes 2 arguments, found 1 at character 1"),
        ("default(1,)", "expected a value, found ) at character 11"),
        ("true }} x", "}} without ${{ at character 6"),
        ("jobs.a.output.'b'", "expected a key, found \"b\" at character 15"),
        ("日 == 1", "\"日\" has no meaning here at character 1"),
    ])
    func saysWhereATextIsNoExpression(_ text: String, _ message: String) {
        let error = #expect(throws: ExpressionSyntaxError.self) { try Expression(parsing: text) }
        #expect(error?.description == message)
    }

    @Test func boundsItsLength() throws {
        _ = try Expression(parsing: "'" + String(repeating: "x", count: Expression.maximumLength - 2) + "'")
        #expect(throws: ExpressionSyntaxError.self) {
            try Expression(parsing: "'" + String(repeating: "x", count: Expression.maximumLength - 1) + "'")
        }
    }

    @Test(arguments: ["(", "!", "length(", "params.list["])
    func boundsItsNesting(_ opening: String) {
        let text = String(repeating: opening, count: 300)
        let error = #expect(throws: ExpressionSyntaxError.self) { try Expression(parsing: text) }
        #expect(error?.reason == "nested deeper than \(Expression.maximumNesting)")
    }

    @Test func boundsItsSteps() throws {
        let long = JSONValue.array(Array(repeating: 1, count: 2 * ExpressionEvaluator.maximumSteps))
        let context = ExpressionContext(params: ["long": long])
        let expression = try Expression(parsing: "contains(params.long, 2)")
        let error = #expect(throws: ExpressionError.self) { try expression.evaluate(in: context) }
        #expect(error?.reason == .tooManySteps)
    }

    @Test func boundsTheTextsItMakes() throws {
        let part = JSONValue.string(String(repeating: "x", count: 1 << 20))
        let context = ExpressionContext(params: ["parts": .array(Array(repeating: part, count: 20))])
        let expression = try Expression(parsing: "join(params.parts, '')")
        let error = #expect(throws: ExpressionError.self) { try expression.evaluate(in: context) }
        #expect(error?.reason == .textTooLong)
    }

    @Test func listsWhatItRefersTo() throws {
        let expression = try Expression(
            parsing: "default(jobs.a.output[params.i].x, !(run.id == 1 || length(jobs.b-c.output) < 2)) == params.j"
        )
        #expect(
            expression.references == [
                .output(job: "a"), .param("i"), .run(.id), .output(job: "b-c"), .param("j"),
            ]
        )
    }

    @Test func aConditionIsTrueOrFalse() throws {
        #expect(try Expression(parsing: "jobs.analyze.output.risk == 'high'").isTrue(in: Self.context))
        #expect(try !Expression(parsing: "false").isTrue(in: Self.context))
        let error = #expect(throws: ExpressionError.self) {
            try Expression(parsing: "params.limit").isTrue(in: Self.context)
        }
        #expect(error?.reason == .mismatch("a condition is true or false, found an integer"))
    }
}
