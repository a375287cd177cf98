import Testing

@testable import Client

@Suite struct PartitionListTests {
    @Test func expandsDays() throws {
        let given = ["a", "2026-02-27..2026-03-02", "x..y", "2026-01-01"]
        #expect(
            try PartitionList.expand(given) == [
                "a", "2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02", "x..y", "2026-01-01",
            ]
        )
    }

    @Test(arguments: ["2026-03-02..2026-03-01", "1900-01-01..2026-01-01"]) func refusesRanges(_ range: String) {
        #expect(throws: ClientError.self) { try PartitionList.expand([range]) }
    }
}
