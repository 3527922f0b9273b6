export { EndpointSliceMirroringController, type MirroringInformers } from "./controller.ts";
export {
  isNotMirrored,
  MIRRORING_CONTROLLER_NAME,
  type MirrorInput,
  type MirrorOutput,
  mirrorEndpoints,
  SKIP_MIRROR_LABEL,
} from "./mirror.ts";
