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
}
