import JobModel
import Models
import Testing

@Suite struct ModelEndpointSecrecyTests {
    @Test func isNeverPrinted() {
        let endpoint = ModelEndpoint(
            name: "openai",
            kind: .openAI,
            baseURL: "https://api.openai.com/v1",
            key: Secret("sk-very-secret"),
            headers: [("X-Key", Secret("sk-very-secret"))]
        )
        var dumped = ""
        dump(endpoint, to: &dumped)
        for text in ["\(endpoint)", String(reflecting: endpoint), dumped, "\(Secret("sk-very-secret"))"] {
            #expect(!text.contains("sk-very"), "\(text)")
        }
        #expect("\(Secret("a"))" == "<redacted>")
    }
}
