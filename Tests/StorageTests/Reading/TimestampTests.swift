import Storage
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000Z"),
        (1, "1970-01-01T00:00:00.000001Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        (4_107_542_399_123_456, "2100-02-28T23:59:59.123456Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
        (1_767_225_599_000_000, "2025-12-31T23:59:59.000000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
    ])
    func isWrittenAsRFC3339(microseconds: Int64, text: String) {
        #expect(Timestamp(rawValue: microseconds).description == text)
    }

    @Test func comparesByTime() {
        #expect(Timestamp(rawValue: 1) < Timestamp(rawValue: 2))
    }
}
