/** A slice as a surface, whose heights and colours are those of the scale; turned by pointer and keys. */

import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DoubleSide,
  LineBasicMaterial,
  LineLoop,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  PerspectiveCamera,
  Raycaster,
  Scene,
  Vector2,
  Vector3,
  WebGLRenderer,
} from "three";
import { element, shape } from "../dom";
import { annotations, FLOOR } from "./annotations";
import { framed, HEIGHT, WIDTH } from "./frame";
import { meshOf, type SurfaceMesh } from "./mesh";
import type { Orbit } from "./orbit";
import { basin } from "./persistence";
import { branchAt, type Picture, type Pointed, type Pointing } from "./picture";

const PIXELS = 800;
const VEILED = 0.72;

export class Surface {
  readonly host: HTMLElement;
  private readonly canvas = framed(PIXELS, "surface-canvas");
  private readonly over = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(35, 1, 0.1, 50);
  private readonly surface = new Mesh(
    new BufferGeometry(),
    new MeshBasicMaterial({ vertexColors: true, side: DoubleSide }),
  );
  private readonly grid = new LineSegments(
    new BufferGeometry(),
    new LineBasicMaterial({ color: new Color(0, 0, 0), transparent: true, opacity: 0.25 }),
  );
  private readonly floor = new LineLoop(
    new BufferGeometry().setFromPoints([-1, 1].flatMap((x) => [x, -x].map((z) => new Vector3(x, FLOOR, z)))),
    new LineBasicMaterial({ color: 0x888888 }),
  );
  private picture: Picture | null = null;
  private mesh: SurfaceMesh | null = null;
  /** The branch that is lit, null where nothing is drawn yet. */
  private branch: number | null = null;
  private pressed: { x: number; y: number; moved: boolean } | null = null;

  /** Return a surface, null where the browser has no WebGL. */
  static made(pointing: Pointing, orbit: Orbit): Surface | null {
    if (!document.createElement("canvas").getContext("webgl2")) return null;
    return new Surface(pointing, orbit);
  }

  private constructor(
    private readonly pointing: Pointing,
    private readonly orbit: Orbit,
  ) {
    this.host = element("div", {
      class: "surface",
      tabindex: 0,
      role: "application",
      "aria-roledescription": "surface",
    });
    this.host.append(this.canvas, this.over);
    this.renderer = new WebGLRenderer({ canvas: this.canvas, antialias: true, alpha: true });
    this.renderer.setSize(PIXELS, PIXELS, false);
    this.scene.add(this.surface, this.grid, this.floor);
    orbit.listen(() => this.render());
    this.host.addEventListener("pointerdown", (event) => {
      this.pressed = { x: event.clientX, y: event.clientY, moved: false };
      this.host.setPointerCapture(event.pointerId);
    });
    this.host.addEventListener("pointermove", (event) => this.moved(event));
    this.host.addEventListener("pointerup", (event) => {
      const found = this.pressed?.moved ? null : this.under(event);
      this.pressed = null;
      if (found) pointing.pin(found);
    });
    this.host.addEventListener("pointerleave", () => pointing.hover(null));
    this.host.addEventListener("keydown", (event) => {
      if (orbit.key(event.key)) event.preventDefault();
    });
  }

  draw(picture: Picture): void {
    this.picture = picture;
    this.branch = null;
    const { data, state, slice } = picture;
    this.mesh = meshOf(picture);
    const { positions, colours, triangles, lines } = this.mesh;
    this.surface.geometry.dispose();
    this.surface.geometry = new BufferGeometry();
    this.surface.geometry.setAttribute("position", new BufferAttribute(positions, 3));
    this.surface.geometry.setAttribute("color", new BufferAttribute(colours.slice(), 3));
    this.surface.geometry.setIndex(new BufferAttribute(triangles, 1));
    this.grid.geometry.dispose();
    this.grid.geometry = new BufferGeometry();
    this.grid.geometry.setAttribute("position", new BufferAttribute(positions, 3));
    this.grid.geometry.setIndex(new BufferAttribute(lines, 1));
    this.host.setAttribute(
      "aria-label",
      `Surface of ${slice.rows.length} by ${slice.columns.length} points over ${data.axes[state.horizontal].name} ` +
        `and ${data.axes[state.vertical].name}. Arrow keys turn it, plus and minus come nearer and go away.`,
    );
    this.render();
  }

  /** Pale all but the basin of a branch. */
  highlight(pointed: Pointed | null): void {
    if (!this.picture || !this.mesh) return;
    const { slice, simplified } = this.picture;
    const branch = pointed?.branch ?? -1;
    if (branch === this.branch) return;
    this.branch = branch;
    const inside = branch >= 0 && slice.labels.length ? basin(slice.labels, simplified.heir, branch) : null;
    const attribute = this.surface.geometry.getAttribute("color") as BufferAttribute;
    const colours = attribute.array;
    for (let i = 0; i < colours.length; i++) {
      const own = this.mesh.colours[i];
      colours[i] = !inside || inside[this.mesh.points[Math.floor(i / 3)]] ? own : own + (1 - own) * VEILED;
    }
    attribute.needsUpdate = true;
    this.render();
  }

  private render(): void {
    if (!this.mesh || !this.picture) return;
    this.orbit.place(this.camera);
    this.camera.updateMatrixWorld();
    this.over.replaceChildren(...annotations(this.picture, this.mesh, this.camera));
    for (const mark of this.over.querySelectorAll<SVGGElement>(".mark")) {
      mark.classList.toggle("lit", mark.dataset.branch === String(this.branch));
    }
    this.renderer.render(this.scene, this.camera);
  }

  private moved(event: PointerEvent): void {
    if (!this.pressed) {
      this.pointing.hover(this.under(event));
      return;
    }
    const [dx, dy] = [event.clientX - this.pressed.x, event.clientY - this.pressed.y];
    if (!this.pressed.moved && Math.hypot(dx, dy) < 4) return;
    this.orbit.turn(-dx / 150, dy / 150);
    this.pressed = { x: event.clientX, y: event.clientY, moved: true };
  }

  /** The point of the slice nearest to where the pointer meets the surface. */
  private under(event: PointerEvent): Pointed | null {
    if (!this.picture || !this.mesh) return null;
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 2 - 1;
    const y = 1 - ((event.clientY - box.top) / box.height) * 2;
    const ray = new Raycaster();
    ray.setFromCamera(new Vector2(x, y), this.camera);
    const hit = ray.intersectObject(this.surface)[0];
    if (!hit?.face) return null;
    const { positions } = this.mesh;
    const away = (i: number) => Math.hypot(positions[3 * i] - hit.point.x, positions[3 * i + 2] - hit.point.z);
    const vertex = [hit.face.a, hit.face.b, hit.face.c].reduce((best, i) => (away(i) < away(best) ? i : best));
    const point = this.mesh.points[vertex];
    const columns = this.picture.slice.columns.length;
    const [row, column] = [Math.floor(point / columns), point % columns];
    return { point: [row, column], branch: branchAt(this.picture, row, column) };
  }
}
