import Digests
import Testing

@Suite struct SHA256Tests {
    /// The examples of FIPS 180-4.
    static let known: [(message: String, digest: String)] = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ]

    @Test(arguments: known) func agreesWithTheStandard(_ example: (message: String, digest: String)) {
        #expect(SHA256.digest(of: example.message.utf8).hex == example.digest)
    }

    @Test func doesNotDependOnHowTheMessageIsCut() {
        let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        for cut in [0, 1, 63, 64, 65, 999, 1000] {
            var hash = SHA256()
            hash.update(message[..<cut])
            hash.update(message[cut...].lazy.map { $0 })
            #expect(hash.finalize() == SHA256.digest(of: message))
        }
    }
}
