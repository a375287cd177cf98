import Testing

@testable import ChassisWorker

@Suite struct WorkerTests {
    private struct Search: Codable { var word: String }

    @Test(arguments: [
        #"{"type": "object", "properties": {"word": {"type": "string", "pattern": "(?=a)b"}}}"#,
        ##"{"type": "object", "properties": {"word": {"$ref": "https://example.com/word.json"}}}"##,
    ])
    func namesAToolWhoseSchemaCannotBeUsed(_ schema: String) throws {
        var worker = Worker()
        let parameters = try Schema(json: schema)
        worker.tool("search", description: "Searches.", parameters: parameters) { (search: Search, _) in search.word }
        let problem = try #require(worker.problems.first)
        #expect(problem.hasPrefix("tool search: its schema cannot be used: "))
    }
}
