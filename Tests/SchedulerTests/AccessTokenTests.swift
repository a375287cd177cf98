import Access
import Digests
import Testing

@Suite struct AccessTokenTests {
    @Test func aMintedTokenReadsBack() throws {
        let token = AccessToken.mint()
        let text = token.reveal()
        #expect(text.hasPrefix("chs_"))
        #expect(text.utf8.count == 68)
        #expect(AccessToken(text) == token)
        #expect(token.digest == SHA256.digest(of: text.utf8))
    }

    @Test func noTwoTokensAreAlike() { #expect(AccessToken.mint() != AccessToken.mint()) }

    @Test(arguments: [
        "", "chs_", "chs_ab", "CHS_" + String(repeating: "0", count: 64), String(repeating: "0", count: 68),
    ])
    func otherTextsAreNoTokens(text: String) { #expect(AccessToken(text) == nil) }

    @Test func itsTextIsNotPrinted() {
        let token = AccessToken.mint()
        #expect("\(token)" == "<redacted>")
        #expect(String(reflecting: token) == "<redacted>")
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!dumped.contains(token.reveal()))
    }
}
