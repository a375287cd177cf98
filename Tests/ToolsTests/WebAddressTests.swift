import Testing

@testable import Tools

@Suite struct WebAddressTests {
    @Test(arguments: [
        ("https://Example.COM", "https://example.com/"),
        ("HTTP://a.b:80/x?y=1#z", "http://a.b/x?y=1"),
        ("https://a.b.:8443/x", "https://a.b:8443/x"),
        ("https://[::1]:1/", "https://[::1]:1/"),
        ("https://a.b?q", "https://a.b/?q"),
    ]) func reads(text: String, whole: String) throws {
        #expect(try WebAddress(text).description == whole)
    }

    @Test(arguments: [
        "", "a.b", "ftp://a.b/", "https://", "https:///x", "https://u:p@a.b/", "https://a.b:0/", "https://a.b:99999/",
        "https://a.b:+1/", "https://a b/", "https://a.b\\c/", "https://a.b/\u{0}", "https://ä.b/", "https://a.b/../c",
        "https://a.b/x/%2E%2e/c", "https://a.b/.%2e", "https://a%2eb/", "https://[::1", "https://[x]/", "https://a.b:",
    ]) func refuses(text: String) {
        #expect(throws: WebAddressError.self) { try WebAddress(text) }
    }

    /// Some servers decode a path before they resolve its dots.
    @Test(arguments: [
        "https://a/v1/..%2Fadmin", "https://a/v1/..%5Cadmin", "https://a/v1/b%2f..%2f..%2fadmin",
        "https://a/v1/%2e%2E%2fadmin", "https://a/v1/b%5c%2e%2e", "https://a/v1/b%2F./c", "/..%2Fadmin", "/b%2F..",
    ]) func noEncodedSlashLeadsOutOfATarget(text: String) throws {
        let target = HTTPTarget.below(try WebAddress("https://a/v1/"))
        #expect(throws: WebAddressError.self) { try target.address(text) }
    }

    /// Some servers drop a segment's parameters before they resolve its dots.
    @Test(arguments: ["https://a/b/..;/c", "https://a/b/..%3Bx/c", "https://a/b/%2e%2e;/c", "https://a/b/.;x=1"])
    func noDotsWithParametersAreTaken(text: String) {
        #expect(throws: WebAddressError.self) { try WebAddress(text) }
    }

    @Test(arguments: [
        "https://a/v1/b%2Fc", "https://a/v1/b..%2Fc", "https://a/v1/...%5C", "https://a/v1/%2F?x=..%2F",
        "https://a/b;..",
    ])
    func anEncodedSlashThatLeadsNowhereIsTaken(text: String) throws {
        #expect(try WebAddress(text).description == text)
    }

    @Test(arguments: [
        ("https://x.y/z", "https://x.y/z"), ("//x.y/z", "https://x.y/z"), ("/z", "https://a.b/z"),
        ("z", "https://a.b/c/z"), ("?z", "https://a.b/c/d?z"), ("", "https://a.b/c/d?e"),
    ]) func readsALocation(text: String, whole: String) throws {
        let base = try WebAddress("https://a.b/c/d?e")
        #expect(try WebAddress(text, relativeTo: base).description == whole)
    }

    @Test(arguments: [
        ("https://a.b/v1", true), ("https://a.b/v1/x?y", true), ("https://a.b/v10", false), ("https://a.b/", false),
        ("http://a.b/v1", false), ("https://a.b:444/v1", false), ("https://c.a.b/v1", false),
    ]) func knowsWhatLiesBelow(text: String, lies: Bool) throws {
        #expect(try WebAddress(text).lies(below: try WebAddress("https://a.b/v1")) == lies)
    }
}
