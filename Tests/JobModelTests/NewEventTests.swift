import JobModel
import Testing

@Suite struct NewEventTests {
    private static func nested(_ depth: Int) -> JSONValue {
        (0..<depth).reduce(.null) { value, _ in [value] }
    }

    /// Other things stand around it where it goes, and it has to be readable there.
    @Test func boundsTheNestingOfData() throws {
        let most = JSONValue.maximumForeignDepth
        _ = try NewEvent(name: "e", data: Self.nested(most))
        #expect(throws: NewEvent.Fault.deepData) { try NewEvent(name: "e", data: Self.nested(most + 1)) }
    }
}
