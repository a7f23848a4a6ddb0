import type { Inputs, InvokeResult } from "../kit/index";
import type { ArmClient } from "./arm";
import { idOf, outputsOf } from "./shape";
import { resourceType } from "./types";

const CLUSTER = "azure-native:containerservice:ManagedCluster";
const RECORD_SET = "azure-native:dns:RecordSet";

/** Who the provider is logged in as. */
export interface Login {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly objectId: string;
}

/** The functions of the SDK that the program calls. @throws Error with the service's words */
export async function invokeFunction(arm: ArmClient, login: Login, token: string, args: Inputs): Promise<InvokeResult> {
  const read = async (type: string): Promise<InvokeResult> => {
    const known = resourceType(type);
    const id = idOf(known, login.subscriptionId, args);
    const found = await arm.get(id, known.apiVersion);
    if (found === undefined) throw new Error(`${token}: '${id}' was not found.`);
    return { result: { ...outputsOf(known, found), id: found["id"] ?? id } };
  };
  const credentials = async (which: "User" | "Admin"): Promise<InvokeResult> => {
    const known = resourceType(CLUSTER);
    const id = idOf(known, login.subscriptionId, args);
    return { result: await arm.post(`${id}/listCluster${which}Credential`, known.apiVersion) };
  };
  switch (token) {
    case "azure-native:authorization:getClientConfig":
      return { result: { ...login } };
    case "azure-native:authorization:getClientToken":
      return { result: { token: await arm.token() } };
    case "azure-native:containerservice:getManagedCluster":
      return read(CLUSTER);
    case "azure-native:containerservice:listManagedClusterUserCredentials":
      return credentials("User");
    case "azure-native:containerservice:listManagedClusterAdminCredentials":
      return credentials("Admin");
    case "azure-native:dns:getRecordSet":
      return read(RECORD_SET);
    default:
      throw new Error(`The lab's azure-native provider does not know the function ${token}.`);
  }
}
