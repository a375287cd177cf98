import Testing

@testable import Client

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:00Z", 951_825_600_000_000),
        ("2026-07-01T12:00:00.123456Z", 1_782_907_200_123_456), ("2026-07-01T14:00:00.5+02:00", 1_782_907_200_500_000),
    ])
    func readsRFC3339(_ text: String, _ microseconds: Int64) {
        #expect(Timestamp(text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "yesterday", "2026-07-01", "2026-13-01T00:00:00Z", "2026-07-01T12:00:00", "2026-07-01T12:00:00.Z",
    ])
    func refusesEverythingElse(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(arguments: [
        (0, "just now"), (12, "12s ago"), (-30, "in 30s"), (3599, "59m ago"), (7200, "2h ago"), (200_000, "2d ago"),
    ])
    func tellsHowLongAgoItWas(_ seconds: Int64, _ text: String) {
        #expect(Timestamp(microseconds: -seconds * 1_000_000).relative(to: Timestamp(microseconds: 0)) == text)
    }
}
