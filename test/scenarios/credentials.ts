import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { AdminService, CredentialAction } from "../../gen/causeway/admin/v1/admin_pb.ts";

/** Ends what keeps a provider's credentials out, so that the next request asks it, and not what is remembered of it. */
export async function clearCredentials(url: string, key: string, provider: string): Promise<void> {
  const admin = createClient(AdminService, createConnectTransport({ baseUrl: url, httpVersion: "1.1" }));
  const call = { headers: { authorization: `Bearer ${key}` } };
  const action = CredentialAction.CLEAR_COOLDOWN;
  for (const { name } of (await admin.listCredentials({ provider }, call)).credentials) {
    await admin.setCredentialState({ provider, name, action }, call);
  }
}
