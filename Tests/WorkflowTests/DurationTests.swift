import Testing

@testable import Workflow

@Suite struct DurationTests {
    @Test(
        arguments: [
            ("250ms", .milliseconds(250)), ("0s", .zero), ("30s", .seconds(30)), ("5m", .seconds(300)),
            ("2h", .seconds(7_200)), ("1d", .seconds(86_400)), ("365d", .seconds(31_536_000)),
        ] as [(String, Duration)]
    )
    func readsAndWrites(_ text: String, _ duration: Duration) {
        #expect(Duration(written: text) == duration)
        #expect(duration.written == text)
    }

    @Test(arguments: ["", "5", "m", "5 m", "-5m", "1.5h", "5M", "5min", "1h30m", "1234567890s", "٣s"])
    func refusesOtherTexts(_ text: String) {
        #expect(Duration(written: text) == nil)
    }

    @Test(arguments: [(90_000, "90s"), (1_500, "1500ms"), (86_400_000, "1d"), (90_000_000, "25h")])
    func writesTheLargestUnitThatDivides(_ milliseconds: Int, _ text: String) {
        #expect(Duration.milliseconds(milliseconds).written == text)
    }
}
