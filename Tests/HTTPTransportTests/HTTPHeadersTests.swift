import HTTPTransport
import Testing

@Suite struct HTTPHeadersTests {
    @Test func findsFieldsWithoutRegardToCase() {
        let headers: HTTPHeaders = ["Content-Type": "text/plain", "Set-Cookie": "a", "set-cookie": "b"]
        #expect(headers["content-TYPE"] == "text/plain")
        #expect(headers.values(of: "SET-COOKIE") == ["a", "b"])
        #expect(headers["missing"] == nil)
    }

    @Test func takesOnlyLettersForTheSame() {
        let headers: HTTPHeaders = ["a[": "1"]
        #expect(headers["a{"] == nil)
    }

    @Test func replacesEveryFieldOfAName() {
        var headers: HTTPHeaders = ["A": "1", "a": "2", "B": "3"]
        headers["a"] = "4"
        #expect(headers == ["B": "3", "A": "4"])
        headers["B"] = nil
        #expect(headers == ["a": "4"])
    }
}
