import Testing

@testable import Worker

@Suite struct RequestFilesTests {
    @Test(
        arguments: [
            ("data:image/png;base64,AQID", "image/png", [1, 2, 3]),
            ("data:TEXT/Plain;charset=utf-8;base64,YQ==", "text/plain", [97]),
            ("data:a/b;base64,", "a/b", []),
        ] as [(String, String, [UInt8])]
    )
    func readsDataAddresses(_ source: String, _ type: String, _ bytes: [UInt8]) throws {
        let data = try #require(RequestFiles.data(in: source))
        #expect(data.type == type && data.bytes == bytes)
    }

    @Test(arguments: [
        "data:", "data:image/png,abc", "data:;base64,AQ==", "data:image/png;base64,A", "data:x;base64,AQ==",
    ])
    func refusesOtherDataAddresses(_ source: String) { #expect(RequestFiles.data(in: source) == nil) }

    @Test(arguments: [("a.PNG", "image/png"), ("x/b.tar.pdf", "application/pdf"), ("c", nil), ("d.bin", nil)])
    func knowsTypesByTheirEndings(_ name: String, _ type: String?) { #expect(MediaType.ofName(name) == type) }
}
