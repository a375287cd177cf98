import JobModel
import Testing

@testable import Workflow

@Suite struct ParamTests {
    static func workflow() throws -> WorkflowDefinition {
        try definition(
            """
            name: w
            params:
              segment: {type: string, enum: [enterprise, small], default: enterprise}
              limit: {type: integer, required: false}
              rate: {type: number, default: 1}
              dry: {type: boolean, default: false}
              filter: {type: object, default: {a: 1}}
              ids: {type: array, default: []}
              who: {}
            jobs: {a: {command: [x]}}
            """
        )
    }

    @Test func fillsInDefaults() throws {
        let params = try Self.workflow().checkParams(["who": .text("me")])
        #expect(
            params == [
                "segment": "enterprise", "limit": nil, "rate": 1, "dry": false, "filter": ["a": 1], "ids": [],
                "who": "me",
            ]
        )
        #expect(params.keys == ["segment", "limit", "rate", "dry", "filter", "ids", "who"])
    }

    /// As one that is given, so that it can be an index.
    @Test func aWholeDefaultOfAnIntegerIsOne() throws {
        let workflow = try definition(
            "name: w\nparams: {n: {type: integer, default: 3.0, enum: [3.0, 4]}, x: {type: number, default: 3.0}}\n"
                + BadFile.job
        )
        let params = try workflow.checkParams([:])
        guard case .integer(3)? = params["n"], case .integer(3)? = workflow.params[0].choices.first,
            case .number(3)? = params["x"]
        else {
            Issue.record("\(params)")
            return
        }
    }

    @Test(
        arguments: [
            ("segment", .text("small"), "small"),
            ("who", .text("12"), "12"),
            ("who", .text(""), ""),
            ("limit", .text("20"), 20),
            ("limit", .value(20.0), 20),
            ("rate", .text("2.5"), 2.5),
            ("rate", .value(3), 3),
            ("dry", .text("true"), true),
            ("filter", .text(#"{"b": [1]}"#), ["b": [1]]),
            ("ids", .text("[1, 2]"), [1, 2]),
            ("ids", .value(["x"]), ["x"]),
        ] as [(String, GivenParam, JSONValue)]
    )
    func takesValuesByType(_ name: String, _ given: GivenParam, _ expected: JSONValue) throws {
        var all: [String: GivenParam] = ["who": .text("me")]
        all[name] = given
        #expect(try Self.workflow().checkParams(all)[name] == expected)
    }

    @Test(
        arguments: [
            ("segment", .text("smal"), "param \"segment\": \"smal\" is none of \"enterprise\", \"small\""),
            ("segment", .value(1), "param \"segment\": expected a string, found an integer"),
            ("limit", .text("1.5"), "param \"limit\": expected an integer, found a number"),
            (
                "limit", .text("ten"),
                "param \"limit\": expected an integer, found \"ten\""
            ),
            ("limit", .value("10"), "param \"limit\": expected an integer, found a string"),
            ("limit", .value(nil), "param \"limit\": expected an integer, found null"),
            (
                "dry", .text("yes"),
                "param \"dry\": expected a boolean, found \"yes\""
            ),
            ("filter", .text("[]"), "param \"filter\": expected an object, found an array"),
            ("whoo", .text("x"), "param \"whoo\": the workflow has no such param; did you mean who?"),
        ] as [(String, GivenParam, String)]
    )
    func refusesOthers(_ name: String, _ given: GivenParam, _ message: String) throws {
        let workflow = try Self.workflow()
        let error = #expect(throws: ParamFaults.self) {
            try workflow.checkParams(["who": .text("me")].merging([name: given]) { $1 })
        }
        #expect(error?.description == message)
    }

    /// By a file, a trigger or a person: what goes into a run's record has to be readable there.
    @Test(arguments: [GivenParam.value(nested(65)), .text(nested(65).text())])
    func refusesWhatIsNestedTooDeep(_ given: GivenParam) throws {
        let workflow = try Self.workflow()
        #expect(throws: ParamFaults(faults: [.init(name: "ids", message: Self.isDeep)])) {
            try workflow.checkParams(["who": .text("me"), "ids": given])
        }
        let params = try workflow.checkParams(["who": .text("me"), "ids": .value(Self.nested(64))])
        #expect(params["ids"] == Self.nested(64))
    }

    private static let isDeep = "nested deeper than 64; give what matters of it, or all of it as a text"

    private static func nested(_ depth: Int) -> JSONValue {
        (0..<depth).reduce(.null) { value, _ in [value] }
    }

    @Test func reportsAllFaultsAtOnce() throws {
        let workflow = try Self.workflow()
        let error = #expect(throws: ParamFaults.self) {
            try workflow.checkParams(["limit": .text("x"), "zz": .text(""), "aa": .value(1), "dry": .value(0)])
        }
        #expect(error?.faults.map(\.name) == ["limit", "dry", "who", "aa", "zz"])
        #expect(error?.faults[2].message == "no value is given, and it has no default")
    }
}
