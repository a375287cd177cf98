import JobModel
import Testing

@testable import Models

@Suite struct ModelEndpointTests {
    @Test(arguments: [
        ("https://a.test/v1", "https://a.test/v1/chat"), ("https://a.test/v1//", "https://a.test/v1/chat"),
        ("https://a.test", "https://a.test/chat"),
        ("https://a.test/v1/?api-version=2", "https://a.test/v1/chat?api-version=2"),
    ])
    func putsPathsBehindItsBase(_ base: String, _ expected: String) {
        #expect(ModelEndpoint(name: "a", kind: .openAI, baseURL: base, key: nil).url("chat") == expected)
    }

    @Test func takesSecretsOutOfTexts() {
        let endpoint = ModelEndpoint(
            name: "a",
            kind: .openAI,
            baseURL: "",
            key: Secret("abc"),
            headers: [("X", Secret("xxabcxxx")), ("V", Secret("v1"))]
        )
        #expect(
            endpoint.redacted("key abc, abcabc; xxabcxxx v1") == "key <redacted>, <redacted><redacted>; <redacted> v1"
        )
    }

    @Test func boundsTextsWithoutBreakingACharacter() {
        let endpoint = ModelEndpoint(name: "a", kind: .openAI, baseURL: "", key: nil)
        #expect(endpoint.redacted("aé🐎b", limit: 4) == "aé…")
        #expect(endpoint.redacted("aé🐎b", limit: 8) == "aé🐎b")
        #expect(endpoint.redacted("one\r\ntwo\tthree", limit: 100) == "one two three")
    }

    @Test func takesOutASecretThatTheBoundWouldCut() {
        let endpoint = ModelEndpoint(name: "a", kind: .openAI, baseURL: "", key: Secret("secret-key"))
        #expect(endpoint.redacted("say secret-key", limit: 10) == "say <redac…")
    }
}
