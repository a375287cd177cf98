import JobModel
import Testing

@testable import Client

@Suite struct DataArgumentTests {
    @Test(arguments: [
        (#"{"sum": 5}"#, JSONValue.object(["sum": 5])), ("12", 12), ("true", true), (#""a""#, "a"), ("hello", "hello"),
        ("a {b}", "a {b}"), ("", ""),
    ])
    func takesJSONOrAText(_ text: String, _ value: JSONValue) throws {
        #expect(try DataArgument.value(text, of: "--data") == value)
    }

    @Test(arguments: ["{bad", " [1, 2", #""a"#, #"{"a": 1} x"#]) func refusesWhatWasMeantAsJSON(_ text: String) {
        #expect(throws: ClientError.self) { try DataArgument.value(text, of: "--data") }
    }
}
