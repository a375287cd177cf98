import Hummingbird
import JobModel
import Testing

@testable import Gateway

@Suite struct GatewayRefusalTests {
    @Test(arguments: WireFormat.Family.allCases, GatewayRefusal.Reason.allCases)
    func speaksTheProvidersWords(_ family: WireFormat.Family, _ reason: GatewayRefusal.Reason) {
        let error = GatewayRefusal(reason, "no").json(family)["error"]
        #expect(error?["message"] == "chassis: no")
        switch family {
        case .openAI: #expect(error?["type"]?.stringValue != nil)
        case .anthropic: #expect(error?["type"]?.stringValue?.hasSuffix("_error") == true || reason == .tooLarge)
        case .gemini: #expect(error?["code"]?.integerValue == Int64(reason.status))
        }
    }

    /// Official clients ask again after 408, 409, 429 and 5xx, unless they are told not to.
    @Test(arguments: GatewayRefusal.Reason.allCases) func hasNobodyAskAgainInVain(_ reason: GatewayRefusal.Reason) {
        let isRetriedByStatus = reason.status >= 500 || [408, 409, 429].contains(reason.status)
        #expect(!reason.isWorthARetry || isRetriedByStatus)
    }

    /// It would change nothing, and an SDK that asks again keeps its program from ending: some go by the status, some by the header.
    @Test(
        arguments: [.budget, .held, .denied, .stopped, .forbidden] as [GatewayRefusal.Reason],
        WireFormat.Family.allCases
    )
    func noSDKAsksAgainForWhatMustNotBe(_ reason: GatewayRefusal.Reason, _ family: WireFormat.Family) throws {
        let response = Response(refusal: GatewayRefusal(reason, "no"), family)
        let status = response.status.code
        #expect(status == reason.status && (400..<500).contains(status) && ![408, 409, 425, 429].contains(status))
        #expect(response.headers[try #require(HTTPFields.Element.Name("x-should-retry"))] == "false")
    }
}
