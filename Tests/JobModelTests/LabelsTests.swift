import JobModel
import Testing

@Suite struct LabelsTests {
    @Test func aQueueNamesTheLabelsInTheirOrder() {
        let labels = Labels([(name: "region", value: "eu"), (name: "gpu", value: "a100")])
        #expect(labels.queue(in: "default") == "default;gpu=a100;region=eu")
        #expect(Labels().queue(in: "default") == "default")
        #expect(Labels.split("default;gpu=a100").base == "default")
    }

    @Test(arguments: [
        ("default", true), ("default;gpu=a100", true), ("default;gpu=a100;region=eu", true), ("default;gpu=h100", true),
        ("default;gpu=b", false), ("default;gpu=a100;kind=x", false), ("other;gpu=a100", false), ("other", false),
    ]) func aWorkerClaimsWhatAsksForNothingElse(_ queue: String, _ may: Bool) throws {
        let labels = try #require(Labels(pairs: ["gpu=a100", "gpu=h100", "region=eu"]))
        #expect(labels.mayClaim(from: queue, among: ["default"]) == may)
    }

    @Test(arguments: ["gpu", "=a", "gpu=", "gpu=a=b", "gp u=a", ""]) func whatIsNoPairIsNoLabel(_ pair: String) {
        #expect(Labels(pairs: [pair]) == nil)
    }
}
