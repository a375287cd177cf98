import JobModel
import Testing

@Suite struct DurationTextTests {
    @Test(arguments: [("250ms", 250), ("30s", 30_000), ("5m", 300_000), ("2h", 7_200_000), ("1d", 86_400_000)])
    func readsANumberAndItsUnit(text: String, milliseconds: Int) {
        #expect(Duration(text: text) == .milliseconds(milliseconds))
        #expect(Duration(text: text)?.shortText == text)
    }

    @Test(arguments: ["", "5", "m", "-5s", "1.5s", "5 s", "5S", "99999999999999s", "400000d", "５s"])
    func refusesEverythingElse(text: String) {
        #expect(Duration(text: text) == nil)
    }
}
