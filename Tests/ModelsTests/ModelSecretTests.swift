import Models
import Testing

@Suite struct ModelSecretTests {
    @Test func isNeverPrinted() {
        let endpoint = ModelEndpoint(
            name: "openai",
            kind: .openAI,
            baseURL: "https://api.openai.com/v1",
            key: ModelSecret("sk-very-secret"),
            headers: [("X-Key", ModelSecret("sk-very-secret"))]
        )
        var dumped = ""
        dump(endpoint, to: &dumped)
        for text in ["\(endpoint)", String(reflecting: endpoint), dumped, "\(ModelSecret("sk-very-secret"))"] {
            #expect(!text.contains("sk-very"), "\(text)")
        }
        #expect("\(ModelSecret("a"))" == "<redacted>")
    }
}
