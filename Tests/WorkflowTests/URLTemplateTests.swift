import JobModel
import Testing

@testable import Workflow

@Suite struct URLTemplateTests {
    @Test(
        arguments: [
            ("https://h/x?y=${{ params.v }}", "a b", "https://h/x?y=a%20b"),
            ("https://h/${{ params.v }}/z", "../a", "https://h/..%2Fa/z"),
            ("/${{ params.v }}", "?x=1&y#é", "/%3Fx%3D1%26y%23%C3%A9"),
            ("http://h?q=${{ params.v }}", 12, "http://h?q=12"),
            ("http://h:8080/", "", "http://h:8080/"),
            ("https://h/${{ params.v }}", ["a-._~"], "https://h/%5B%22a-._~%22%5D"),
        ] as [(String, JSONValue, String)]
    )
    func encodesValues(_ text: String, _ value: JSONValue, _ expected: String) throws {
        let url = try URLTemplate(Template(parsing: text))
        #expect(try url.url(in: ExpressionContext(params: ["v": value])) == expected)
    }

    @Test(arguments: [".", ".."])
    func refusesValuesThatChangeThePath(_ value: String) throws {
        let url = try URLTemplate(Template(parsing: "/a/${{ params.v }}"))
        let error = #expect(throws: ExpressionError.self) {
            try url.url(in: ExpressionContext(params: ["v": .string(value)]))
        }
        #expect(error?.reason == .unusable("\"\(value)\" cannot be part of an address"))
    }

    @Test(arguments: [
        "/orders/${{ params.v }}", "https://h/orders/${{ params.v }}/lines", "/${{ params.v }}${{ params.v }}?x",
    ])
    func refusesASegmentThatComesOutEmpty(_ text: String) throws {
        let url = try URLTemplate(Template(parsing: text))
        let error = #expect(throws: ExpressionError.self) { try url.url(in: ExpressionContext(params: ["v": ""])) }
        #expect(error?.expression == "params.v")
    }

    @Test(arguments: ["/a?x=${{ params.v }}", "/a${{ params.v }}/", "/a//b?${{ params.v }}/"])
    func takesAnEmptyValueThatIsNoSegment(_ text: String) throws {
        let url = try URLTemplate(Template(parsing: text))
        #expect(try url.url(in: ExpressionContext(params: ["v": ""])).contains("a"))
    }

    @Test(arguments: [
        ("ftp://h/", "the address does not begin with https:// or http://"),
        ("${{ params.v }}", "the address does not begin with https:// or http://"),
        ("//h/", "the address does not begin with https:// or http://"),
        ("https://", "the host is not written out"),
        ("https:///x", "the host is not written out"),
        ("https://${{ params.v }}/", "the host is not written out"),
        ("https://h${{ params.v }}/", "the host is not written out"),
        ("https://u:p@h/", "the address holds a user name"),
        ("https://h/a b", "the address holds \" \""),
        ("https://h/é", "the address holds \"é\""),
        ("/x\n", "the address holds \"\\n\""),
    ])
    func refusesOtherTexts(_ text: String, _ reason: String) throws {
        let template = try Template(parsing: text)
        let error = #expect(throws: URLTemplateError.self) { try URLTemplate(template) }
        #expect(error?.reason == reason)
    }
}
